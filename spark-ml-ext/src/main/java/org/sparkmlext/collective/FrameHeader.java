package org.sparkmlext.collective;

import java.nio.ByteBuffer;

/**
 * The 40 bytes before every payload, little endian.
 *
 * <pre>
 *  0 magic     u32   8 group u64     24 total  u32 (elements of the whole operation)   36 crc32c u32 of the payload
 *  4 version   u8   16 sequence u32  28 offset u32 (first element of the payload)
 *  5 frame     u8   20 segment u32   32 length u32 (bytes of the payload)
 *  6 operation u8
 *  7 element   u8
 * </pre>
 *
 * In a status frame {@code segment} is the rank its sender waits for, in an abort frame the culprit.
 */
final class FrameHeader {
    static final int BYTES = 40;
    static final int MAGIC = 0x314C4D53;
    static final byte VERSION = 1;

    /** A payload of the running operation. */
    static final byte DATA = 0;
    /** "I am alive and in this operation". */
    static final byte STATUS = 1;
    /** The collective has failed; the payload is the reason in UTF-8. */
    static final byte ABORT = 2;
    /** The sender has finished and closes. */
    static final byte BYE = 3;

    /** Largest payload of a frame that is not {@link #DATA}. */
    static final int MAX_REASON_BYTES = 2048;

    private int magic;
    private byte version;
    byte frame;
    byte kind;
    byte element;
    long group;
    int sequence;
    int segment;
    int total;
    int offset;
    int length;
    int checksum;

    /** Reads without moving the buffer's position. */
    void peek(ByteBuffer in, int at) {
        magic = in.getInt(at);
        version = in.get(at + 4);
        frame = in.get(at + 5);
        kind = in.get(at + 6);
        element = in.get(at + 7);
        group = in.getLong(at + 8);
        sequence = in.getInt(at + 16);
        segment = in.getInt(at + 20);
        total = in.getInt(at + 24);
        offset = in.getInt(at + 28);
        length = in.getInt(at + 32);
        checksum = in.getInt(at + 36);
    }

    void write(ByteBuffer out, int at) {
        out.putInt(at, MAGIC);
        out.put(at + 4, VERSION);
        out.put(at + 5, frame);
        out.put(at + 6, kind);
        out.put(at + 7, element);
        out.putLong(at + 8, group);
        out.putInt(at + 16, sequence);
        out.putInt(at + 20, segment);
        out.putInt(at + 24, total);
        out.putInt(at + 28, offset);
        out.putInt(at + 32, length);
        out.putInt(at + 36, checksum);
    }

    /** What is wrong with a frame whatever the operation, or an empty text. */
    String complaint(long expectedGroup) {
        if (magic != MAGIC || version != VERSION) {
            return String.format(
                    "a frame begins with %08x version %d, expected %08x version %d", magic, version, MAGIC, VERSION);
        }
        if (group != expectedGroup) {
            return String.format("a frame of group %016x arrived in group %016x", group, expectedGroup);
        }
        if (frame < DATA || frame > BYE) {
            return "a frame of unknown sort " + frame + " arrived";
        }
        if (length < 0 || (frame != DATA && length > MAX_REASON_BYTES)) {
            return "a frame claims " + length + " bytes, allowed: " + MAX_REASON_BYTES;
        }
        return "";
    }

    /** The header of elements {@code [offset, offset + count)} of an operation; all but the checksum. */
    void setData(Operation operation, long ofGroup, int ofSequence, int ofSegment, int firstElement, int count) {
        frame = DATA;
        kind = (byte) operation.kind().ordinal();
        element = operation.operand().elementCode();
        group = ofGroup;
        sequence = ofSequence;
        segment = ofSegment;
        total = operation.elements();
        offset = firstElement;
        length = count * operation.operand().elementBytes();
    }

    boolean sameContent(FrameHeader other) {
        return kind == other.kind
                && element == other.element
                && sequence == other.sequence
                && segment == other.segment
                && total == other.total
                && offset == other.offset
                && length == other.length;
    }

    /** For messages about ranks that do not agree. */
    String describe() {
        return Operation.describe(kind, total, element) + " (operation " + Integer.toUnsignedString(sequence)
                + ", segment " + segment + ", element " + offset + ", " + length + " bytes)";
    }
}
