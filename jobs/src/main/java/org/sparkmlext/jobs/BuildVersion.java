package org.sparkmlext.jobs;

import org.apache.spark.package$;
import picocli.CommandLine.IVersionProvider;

/** Version of this jar and of the Spark and Java it runs on. */
final class BuildVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String own = BuildVersion.class.getPackage().getImplementationVersion();
        return new String[] {
            "spark-ml-ext " + (own == null ? "(not packaged)" : own),
            "Spark " + package$.MODULE$.SPARK_VERSION(),
            "Java " + Runtime.version()
        };
    }
}
