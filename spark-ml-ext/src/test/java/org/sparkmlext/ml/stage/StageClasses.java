package org.sparkmlext.ml.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the concrete classes below {@code org.sparkmlext.ml} where a class of the main or of the test tree lies. */
final class StageClasses {

    private StageClasses() {}

    /** Concrete classes of {@code neighbour}'s tree that are a {@code kind}, by name. */
    static List<Class<?>> of(Class<?> kind, Class<?> neighbour) {
        try {
            Path root = Path.of(neighbour
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.walk(root.resolve("org/sparkmlext/ml"))) {
                return files.map(file -> root.relativize(file).toString())
                        .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                        .map(file -> file.substring(0, file.length() - ".class".length())
                                .replace(root.getFileSystem().getSeparator(), "."))
                        .<Class<?>>map(StageClasses::load)
                        .filter(c -> kind.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers()))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, StageClasses.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
