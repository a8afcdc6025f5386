/// HTTP in, HTTP out.
package decant.server;
