package org.sparkmlext.net.augmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.net.augmentation.Augmentation.Change;

class AugmentationTest {

    @Test
    void theTextFormIsRead() {
        Augmentation all = Augmentation.parse(
                "flip, crop:4,rotate:15,zoom:0.1,shift:0.1,contrast:0.2,brightness:0.25,saturation:0.5, erase : 0.3");
        assertThat(all.strength(Change.FLIP)).isEqualTo(0.5);
        assertThat(all.strength(Change.CROP)).isEqualTo(4);
        assertThat(all.strength(Change.ROTATE)).isEqualTo(15);
        assertThat(all.strength(Change.ERASE)).isEqualTo(0.3);
        assertThat(all)
                .hasToString(
                        "flip:0.5,crop:4,rotate:15,zoom:0.1,shift:0.1,contrast:0.2,brightness:0.25,saturation:0.5,erase:0.3");
        assertThat(Augmentation.parse(all.toString())).isEqualTo(all);
        assertThat(Augmentation.parse("crop:2,flip:1")).isEqualTo(Augmentation.parse("flip:1,crop:2"));
    }

    @Test
    void nothingIsNone() {
        assertThat(Augmentation.parse(" ")).isEqualTo(Augmentation.NONE);
        assertThat(Augmentation.NONE.isNone()).isTrue();
        assertThat(Augmentation.NONE).hasToString("");
        assertThat(Augmentation.parse("rotate:0,flip:0").isNone()).isTrue();
        assertThat(Augmentation.parse("rotate:1").isNone()).isFalse();
    }

    private static void assertRefused(String text, String why) {
        assertThatThrownBy(() -> Augmentation.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("augmentation is '" + text + "': " + why);
    }

    @Test
    void whatIsNotUnderstoodIsTold() {
        String changes = "; allowed: flip, crop, rotate, zoom, shift, contrast, brightness, saturation, erase, as in"
                + " 'flip,crop:4,rotate:15'";
        assertRefused("flip,mirror", "'mirror' is no change" + changes);
        assertRefused("flip,", "'' is no change" + changes);
        assertRefused("Flip", "'Flip' is no change" + changes);
        assertRefused("crop", "'crop' has no strength; needed is 'crop:' and a whole number of pixels from 0 to 1024");
        assertRefused("crop:1.5", "'crop' has the strength '1.5'; allowed: a whole number of pixels from 0 to 1024");
        assertRefused("rotate:ten", "'rotate' has the strength 'ten'; allowed: degrees from 0 to 180");
        assertRefused("rotate:-3", "'rotate' has the strength '-3'; allowed: degrees from 0 to 180");
        assertRefused("zoom:NaN", "'zoom' has the strength 'NaN'; allowed: a share from 0 to 0.5");
        assertRefused("flip:2", "'flip' has the strength '2'; allowed: a probability from 0 to 1");
        assertRefused("flip,crop:1,flip", "'flip' is there twice; each change may be named once");
    }

    @Test
    void imagesThatDoNotFitAreTold() {
        assertThatThrownBy(() -> new ImageAugmenter(Augmentation.parse("crop:8"), new ImageShape(8, 9, 1)))
                .hasMessage("augmentation is 'crop:8', but images are of size 8 x 9 x 1 (height x width x channels);"
                        + " allowed: crop below the shorter side");
        assertThatThrownBy(() -> new ImageAugmenter(Augmentation.parse("saturation:0.5"), new ImageShape(8, 9, 1)))
                .hasMessageContaining("but images are of 1 channels; allowed: saturation of images of 3 channels");
        assertThatThrownBy(() -> new ImageAugmenter(Augmentation.NONE, new ImageShape(5000, 9, 1)))
                .hasMessageContaining("sides of at most 4096 pixels");
    }
}
