package decant.bench.peers;

import static java.nio.ByteBuffer.allocateDirect;

import java.io.File;
import java.nio.ByteBuffer;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/// Pages in LMDB, a transaction for each batch. See [PageChurn].
final class LmdbPages implements PageChurn.Pages {
    private static final long MAP_BYTES = 16L << 30;

    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> database;
    private final ByteBuffer key = allocateDirect(Long.BYTES);
    private final ByteBuffer value = allocateDirect(1 << 12);
    private Txn<ByteBuffer> transaction;

    private LmdbPages(Env<ByteBuffer> environment) {
        this.environment = environment;
        database = environment.openDbi("pages", DbiFlags.MDB_CREATE);
        transaction = environment.txnWrite();
    }

    public static void main(String[] arguments) throws Exception {
        try (var environment = Env.create().setMapSize(MAP_BYTES).setMaxDbs(1).open(new File(arguments[0]))) {
            var pages = new LmdbPages(environment);
            PageChurn.run(arguments, pages);
            pages.transaction.close();
        }
    }

    @Override
    public void put(long page, byte[] content) {
        database.put(
                transaction,
                key.clear().putLong(page).flip(),
                value.clear().put(content).flip());
    }

    @Override
    public void commit() {
        transaction.commit();
        transaction.close();
        transaction = environment.txnWrite();
    }
}
