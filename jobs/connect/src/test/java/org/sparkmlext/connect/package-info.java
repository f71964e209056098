/** Our stages and our SQL through Spark Connect: a real server, and a client that has nothing but the protocol. */
package org.sparkmlext.connect;
