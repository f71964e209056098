package org.sparkmlext.jobs.notebook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkmlext.ml.input.BadInputException;

/**
 * A Zeppelin notebook: one JSON object with {@code name} and {@code paragraphs}.
 *
 * @param name as Zeppelin shows it; the last part of it, where it lies in folders
 */
public record Notebook(String name, List<Paragraph> paragraphs) {

    public Notebook {
        paragraphs = List.copyOf(paragraphs);
    }

    /**
     * Reads a file through Hadoop's FileSystem.
     *
     * @param configuration how file systems are reached
     * @throws BadInputException if there is none, it is no notebook, or has a paragraph that is not run here
     */
    public static Notebook read(String path, Configuration configuration) {
        Path file = new Path(path);
        try (InputStream in = file.getFileSystem(configuration).open(file)) {
            return of(new ObjectMapper().readTree(in));
        } catch (FileNotFoundException absent) {
            throw new BadInputException("notebook " + path + " does not exist", absent);
        } catch (JsonProcessingException malformed) {
            throw new BadInputException(
                    "notebook " + path + " is not JSON: " + malformed.getOriginalMessage() + " at line "
                            + malformed.getLocation().getLineNr(),
                    malformed);
        } catch (IOException broken) {
            throw new BadInputException("notebook " + path + " cannot be read: " + broken.getMessage(), broken);
        } catch (BadInputException wrong) {
            throw new BadInputException("notebook " + path + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Notebook of(JsonNode json) {
        JsonNode list = json.path("paragraphs");
        if (!list.isArray()) {
            throw new BadInputException("no 'paragraphs'; a notebook is what Zeppelin exports, {\"name\": ...,"
                    + " \"paragraphs\": [...]}");
        }
        List<Paragraph> paragraphs = new ArrayList<>();
        for (JsonNode paragraph : list) {
            if (!paragraph.path("text").asText("").isBlank()) {
                paragraphs.add(Paragraph.of(paragraphs.size() + 1, paragraph));
            }
        }
        String name = json.path("name").asText("notebook");
        return new Notebook(name.substring(name.lastIndexOf('/') + 1), paragraphs);
    }

    /** What its {@code %spark.conf} paragraphs say of Spark; what they say of Zeppelin is left out. */
    Map<String, String> configuration() {
        Properties all = new Properties();
        for (Paragraph paragraph : paragraphs) {
            if (paragraph.kind() == Paragraph.Kind.CONFIGURATION) {
                try {
                    all.load(new StringReader(paragraph.body()));
                } catch (IOException | IllegalArgumentException wrong) {
                    throw new BadInputException(
                            "notebook '" + name + "', " + paragraph.name() + ": " + wrong.getMessage(), wrong);
                }
            }
        }
        Map<String, String> spark = new TreeMap<>();
        for (String key : all.stringPropertyNames()) {
            if (key.startsWith("spark.")) {
                spark.put(key, all.getProperty(key).strip());
            }
        }
        return spark;
    }
}
