package decant.bench.peers;

import java.nio.ByteBuffer;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// Pages in RocksDB, with its defaults, but without compression: the pages are random. See [PageChurn].
final class RocksPages {
    private RocksPages() {}

    public static void main(String[] arguments) throws Exception {
        try (var options = new Options().setCreateIfMissing(true).setCompressionType(CompressionType.NO_COMPRESSION);
                var database = RocksDB.open(options, arguments[0]);
                var synced = new WriteOptions().setSync(true);
                var batch = new WriteBatch()) {
            PageChurn.run(arguments, new PageChurn.Pages() {
                @Override
                public void put(long page, byte[] content) throws Exception {
                    batch.put(ByteBuffer.allocate(Long.BYTES).putLong(page).array(), content);
                }

                @Override
                public void commit() throws Exception {
                    database.write(synced, batch);
                    batch.clear();
                }
            });
        }
    }
}
