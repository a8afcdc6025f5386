package decant.server;

import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A node in a process of its own whose Java heap is small: prints its port, and ends when its input does.
final class SmallNode {
    private SmallNode() {}

    static Process start(Path folder, int heapMebibytes) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Xmx") && !flag.endsWith("GC"))
                .forEach(command::add);
        command.add("-Xmx" + heapMebibytes + "m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SmallNode.class.getName()));
        command.add(folder.toString());
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        var config = ReplicaConfig.of(Path.of(arguments[0])).withCheckpointEvery(10, 64L << 20);
        try (var replica = Replica.open(config);
                var server = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), replica)) {
            System.out.println(server.port());
            System.in.transferTo(System.out);
        }
    }
}
