package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ranks of one attempt, as far as they have said hello. Not thread-safe. */
final class Members {

    /** One rank. */
    static final class Member {
        final String place;
        final String executor;
        private final String device;
        String phase = "start";
        private String host = "";
        private int port;
        long heardNanos;
        boolean isDone;

        Member(String place, String executor, String device) {
            this.place = place;
            this.executor = executor;
            this.device = device;
        }

        /** It can be reached. */
        void listensAt(String itsHost, int itsPort) {
            host = itsHost;
            port = itsPort;
        }
    }

    private final @Nullable Member[] members;

    Members(int numRanks) {
        members = new Member[numRanks];
    }

    int size() {
        return members.length;
    }

    @Nullable
    Member get(int rank) {
        return members[rank];
    }

    void hello(int rank, Member member) {
        members[rank] = member;
    }

    /** Another attempt: nobody has said hello. */
    void clear() {
        Arrays.fill(members, null);
    }

    /** Whether all can be reached. */
    boolean areTogether() {
        return missing().isEmpty();
    }

    boolean areDone() {
        return Arrays.stream(members).allMatch(member -> member != null && member.isDone);
    }

    /** Ranks that cannot be reached yet. */
    List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member == null || member.host.isEmpty()) {
                missing.add(r);
            }
        }
        return missing;
    }

    String[] hosts() {
        return Arrays.stream(members)
                .map(member -> member == null ? "" : member.host)
                .toArray(String[]::new);
    }

    int[] ports() {
        return Arrays.stream(members)
                .mapToInt(member -> member == null ? 0 : member.port)
                .toArray();
    }

    /** A rank of this executor that has not finished, or null. */
    @Nullable
    Member unfinishedOn(String executor) {
        for (Member member : members) {
            if (member != null && member.executor.equals(executor) && !member.isDone) {
                return member;
            }
        }
        return null;
    }

    /** Another rank that has the device of this one, or -1. */
    int sharing(int rank) {
        Member own = members[rank];
        for (int r = 0; r < members.length; r++) {
            Member other = members[r];
            if (r != rank && own != null && other != null && !own.device.isEmpty() && own.device.equals(other.device)) {
                return r;
            }
        }
        return -1;
    }

    /** What a rank has to itself; empty for nothing. */
    String device(int rank) {
        Member member = members[rank];
        return member == null ? "" : member.device;
    }

    /** An unfinished rank that has not been heard of for so long, or -1. */
    int silent(long now, long mostNanos) {
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member != null && !member.isDone && now - member.heardNanos > mostNanos) {
                return r;
            }
        }
        return -1;
    }

    /** Who is where, for people. */
    String places(boolean withPorts) {
        List<String> places = new ArrayList<>();
        for (int r = 0; r < members.length; r++) {
            Member member = members[r];
            if (member != null) {
                places.add("rank " + r + " on " + member.place
                        + (withPorts ? " port " + member.port : " in " + member.phase));
            }
        }
        return String.join(", ", places);
    }
}
