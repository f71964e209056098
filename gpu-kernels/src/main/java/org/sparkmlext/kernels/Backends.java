package org.sparkmlext.kernels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Finds and opens back ends.
 *
 * <p>{@code auto} takes the available one of the highest rank and may so fall back to a lower one; a device asked for by
 * name never falls back.
 */
public final class Backends {

    /** Takes the best available device. */
    public static final String AUTO = "auto";

    private Backends() {}

    /**
     * An opened back end together with the sentence that explains the choice, for one INFO line.
     *
     * @param backend the opened back end, owned by the caller
     * @param reason why this one, e.g. {@code cpu (cuda: no CUDA driver)}
     */
    public record Choice(Backend backend, String reason) {}

    /**
     * Opens a device.
     *
     * @param device {@code auto} or the name of a back end
     * @throws IllegalArgumentException if no back end has that name; the message lists those found
     * @throws KernelException if the named device is not available; the message says why
     */
    public static Choice open(String device, BackendOptions options) {
        return open(device, options, discover());
    }

    static Choice open(String device, BackendOptions options, List<BackendProvider> providers) {
        return device.equals(AUTO) ? openBest(options, providers) : openNamed(device, options, providers);
    }

    /** Every provider on the class path, best first, each with the availability of its first device: the table behind {@code doctor}. */
    public static List<String> describeAll() {
        return describeAll(device -> 0);
    }

    /**
     * The same for devices of other numbers.
     *
     * @param ordinals name of a back end to which of its devices is meant; an {@link IllegalArgumentException} says why there is none
     */
    public static List<String> describeAll(ToIntFunction<String> ordinals) {
        return describeAll(ordinals, discover());
    }

    static List<String> describeAll(ToIntFunction<String> ordinals, List<BackendProvider> providers) {
        return providers.stream()
                .map(provider -> describe(provider, look(provider, ordinals)))
                .toList();
    }

    private static Availability look(BackendProvider provider, ToIntFunction<String> ordinals) {
        try {
            return provider.availability(ordinals.applyAsInt(provider.name()));
        } catch (IllegalArgumentException e) {
            return Availability.no(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The {@link BackendProvider#resource} of a device, whether or not it can be used here; empty for one that is not known, and for
     * {@code auto} that of the device of the highest rank.
     */
    public static String resource(String device) {
        return resource(device, discover());
    }

    static String resource(String device, List<BackendProvider> providers) {
        return providers.stream()
                .filter(provider -> device.equals(AUTO) || provider.name().equals(device))
                .findFirst()
                .map(BackendProvider::resource)
                .orElse("");
    }

    private static String describe(BackendProvider provider, Availability availability) {
        String remark = availability.isAvailable() ? provider.remark() : "";
        return provider.name()
                + (availability.isAvailable() ? ": available, " : ": not available, ")
                + availability.reason()
                + (remark.isEmpty() ? "" : "; " + remark);
    }

    private static Choice openBest(BackendOptions options, List<BackendProvider> providers) {
        List<String> passedOver = new ArrayList<>();
        for (BackendProvider provider : providers) {
            Availability availability = provider.availability(options.ordinal());
            if (availability.isAvailable()) {
                String why = provider.name() + (passedOver.isEmpty() ? "" : " (" + String.join("; ", passedOver) + ")");
                return new Choice(provider.open(options), why);
            }
            passedOver.add(provider.name() + ": " + availability.reason());
        }
        throw new KernelException("device 'auto' found no back end that can run here; looked at: "
                + (passedOver.isEmpty() ? "none on the class path" : String.join("; ", passedOver))
                + ". Put the gpu-kernels jar on the class path.");
    }

    private static Choice openNamed(String device, BackendOptions options, List<BackendProvider> providers) {
        for (BackendProvider provider : providers) {
            if (provider.name().equals(device)) {
                Availability availability = provider.availability(options.ordinal());
                if (!availability.isAvailable()) {
                    throw new KernelException("device '" + device + "' was asked for by name and cannot be used: "
                            + availability.reason() + ". Use device 'auto' to fall back to another device.");
                }
                return new Choice(provider.open(options), device + " (asked for by name)");
            }
        }
        String names = providers.stream().map(BackendProvider::name).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("device is '" + device + "'; allowed here: auto, " + names + ".");
    }

    private static List<BackendProvider> discover() {
        List<BackendProvider> found = new ArrayList<>();
        try {
            // Our own loader: a job's jar is not visible to the system loader when it came by spark.jars.
            ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
                    .forEach(found::add);
        } catch (ServiceConfigurationError e) {
            throw new KernelException("a back end listed in META-INF/services cannot be loaded: " + e.getMessage(), e);
        }
        found.sort(Comparator.comparingInt(BackendProvider::rank).reversed().thenComparing(BackendProvider::name));
        return found;
    }
}
