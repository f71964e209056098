package org.sparkmlext.net;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.collective.Collective;

/** Tells every rank what each has to say. */
final class RankTexts {

    /** Most UTF-8 bytes of a text; what is longer is cut. */
    static final int MOST_BYTES = 255;

    private RankTexts() {}

    /** The ranks' texts, in the order of ranks. Collective. */
    static List<String> gather(Collective collective, String own) {
        int width = MOST_BYTES + 1;
        long[] all = new long[width * collective.size()];
        byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MOST_BYTES);
        int at = width * collective.rank();
        all[at] = length;
        for (int i = 0; i < length; i++) {
            all[at + 1 + i] = bytes[i];
        }
        collective.sum(all, 0, all.length);
        List<String> texts = new ArrayList<>();
        for (int rank = 0; rank < collective.size(); rank++) {
            byte[] text = new byte[(int) all[width * rank]];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) all[width * rank + 1 + i];
            }
            texts.add(new String(text, StandardCharsets.UTF_8));
        }
        return texts;
    }
}
