package org.sparkmlext.runtime;

import java.io.Serializable;

/**
 * Where ranks hold dense features.
 *
 * @param isMapped whether in mapped files
 * @param fileBytes bytes of one rank's files, an upper bound; 0 without files
 * @param text what lies where, one purpose a line
 */
record StoragePlan(boolean isMapped, long fileBytes, String text) implements Serializable {}
