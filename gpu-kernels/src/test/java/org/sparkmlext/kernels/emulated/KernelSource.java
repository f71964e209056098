package org.sparkmlext.kernels.emulated;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of kernels and the headers beside it that it includes.
 *
 * @param text the file, behind it its headers, each with its own behind it, as {@code src/main/cuda/generate} joins them
 * @param headers text of the headers by name
 */
public record KernelSource(byte[] text, Map<String, byte[]> headers) {

    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.*)\"$");

    /** Where files come from. */
    @FunctionalInterface
    public interface Folder {
        byte[] read(String name) throws IOException;
    }

    /** @param name with its ending */
    public static KernelSource read(String name, Folder folder) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Map<String, byte[]> headers = new LinkedHashMap<>();
        byte[] file = folder.read(name);
        text.write(file);
        for (String header : included(file)) {
            KernelSource source = read(header, folder);
            text.write(source.text());
            headers.put(header, folder.read(header));
            headers.putAll(source.headers());
        }
        return new KernelSource(text.toByteArray(), headers);
    }

    /** Whether it computes in bfloat16, which Turing has not. */
    public boolean hasBfloat16() {
        return headers.containsKey("bfloat16.cuh");
    }

    private static List<String> included(byte[] text) {
        List<String> names = new ArrayList<>();
        Matcher matcher = INCLUDE.matcher(new String(text, StandardCharsets.UTF_8));
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** SHA-256 of several texts, one after the other, in hexadecimal digits. */
    public static String hash(byte[]... texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] text : texts) {
                digest.update(text);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
