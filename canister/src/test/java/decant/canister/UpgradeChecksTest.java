package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.Script.Call;
import decant.canister.check.Check;
import decant.canister.check.CheckReport;
import decant.canister.check.CodeFacts;
import decant.canister.check.UpgradeChecks;
import decant.canister.check.UpgradePlan;
import decant.canister.check.UpgradePlan.Heap;
import decant.canister.state.CanisterState;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import decant.canister.state.MemoryImage;
import decant.store.PageDelta;
import decant.store.PageMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is found about an upgrade before any code runs.
final class UpgradeChecksTest {
    private static final UpgradePlan USUAL = UpgradePlan.USUAL;

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void theNextVersionOfAnExampleIsCompatibleInAllThatCanBeKnownFromTheCode() {
        var report = UpgradeChecks.run(example("counter/v1"), example("counter/v2"), USUAL);
        assertThat(report.isCompatible()).isTrue();
        assertThat(report.unknown()).containsExactly(Check.ARGUMENT, Check.STABLE_MEMORY, Check.OPEN_CALLS);
        assertThat(report.findings()).allMatch(finding -> finding.severity() == Severity.NOTE);
    }

    @Test
    void aWayBackThatDropsVariablesAndMethodsIsNot() {
        var report = UpgradeChecks.run(example("counter/v2"), example("counter/v1"), USUAL);
        assertThat(report.isCompatible()).isFalse();
        assertThat(codes(report, Check.INTERFACE)).containsOnly("interface.breaks-clients");
        assertThat(codes(report, Check.STABLE_VARIABLES))
                .containsExactly("stable-variables.variable-dropped", "stable-variables.variable-dropped");
        assertThat(report.findings(Check.STABLE_VARIABLES).getFirst().remedy())
                .endsWith("or acknowledge that `highest` is dropped");
    }

    @Test
    void acknowledgedLossesOfVariablesAreWarnings() {
        var plan = USUAL.withAcknowledgedDrops(Set.of("highest", "upgrades"));
        var report = UpgradeChecks.run(example("counter/v2"), example("counter/v1"), plan);
        assertThat(report.findings(Check.STABLE_VARIABLES))
                .extracting(Finding::severity)
                .containsExactly(Severity.WARNING, Severity.WARNING);
    }

    @Test
    void everyCheckThatCannotBeMadeSaysSo() {
        var bare = facts(WasmFiles.wasm("counter64"));
        var report = UpgradeChecks.run(bare, bare, USUAL);
        assertThat(report.isCompatible()).isTrue();
        assertThat(report.unknown())
                .containsExactly(
                        Check.INTERFACE, Check.ARGUMENT, Check.STABLE_VARIABLES, Check.STABLE_MEMORY, Check.OPEN_CALLS);
        var described =
                UpgradeChecks.run(CodeFacts.ofInterface("service : {}"), CodeFacts.ofStableTypes("actor {};"), USUAL);
        assertThat(described.unknown()).containsExactly(Check.values());
    }

    @Test
    void metadataThatCannotBeReadIsNoReasonToRefuse() {
        var before = CodeFacts.ofInterface("service : {");
        assertThat(codes(UpgradeChecks.run(before, before, USUAL), Check.INTERFACE))
                .containsExactly("interface.unknown");
        var signature = CodeFacts.ofStableTypes("actor { stable x : Futuristic };");
        assertThat(UpgradeChecks.run(signature, signature, USUAL)
                        .findings(Check.STABLE_VARIABLES)
                        .getFirst()
                        .found())
                .contains("the type Futuristic is not defined");
    }

    @Test
    void anArgumentIsComparedWithTheTypesThatTheNewCodeTakes() {
        var wrong = Candid.encode(List.of(Value.nat(7)));
        var other = withMetadata(WasmFiles.wasm("counter64"), "candid:args", "(text)");
        var motoko = withMetadata(other, "motoko:stable-types", "actor {};");
        var finding = argument(facts(motoko), wrong);
        assertThat(finding.code()).isEqualTo("argument.does-not-fit");
        assertThat(finding.isError()).isTrue();
        assertThat(finding.found()).isEqualTo("(7 : nat)");
        assertThat(finding.expected()).isEqualTo("(text)");
        assertThat(argument(facts(other), wrong).severity()).isEqualTo(Severity.WARNING);
        assertThat(argument(facts(other), new byte[] {1}).found()).isEqualTo("1 bytes that are no Candid message");

        var bare = facts(WasmFiles.wasm("counter64"));
        assertThat(codes(UpgradeChecks.run(bare, bare, USUAL.withArgument(wrong)), Check.ARGUMENT))
                .containsExactly("argument.unknown");
        var nothing = Candid.encode(List.of());
        assertThat(codes(UpgradeChecks.run(bare, bare, USUAL.withArgument(nothing)), Check.ARGUMENT))
                .isEmpty();
    }

    private static Finding argument(CodeFacts after, byte[] message) {
        return UpgradeChecks.run(after, after, USUAL.withArgument(message))
                .findings(Check.ARGUMENT)
                .getFirst();
    }

    private static byte[] withMetadata(byte[] wasm, String name, String content) {
        return WasmFiles.withCustomSection(wasm, "icp:public " + name, content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theHeapRulesAreThoseOfTheInternetComputerAndKeepData() {
        var classic = facts(WasmFiles.wasm("counter64"));
        var enhanced = facts(WasmFiles.withPersistence(WasmFiles.wasm("counter64")));
        heap(classic, classic, Heap.UNSAID);
        heap(classic, enhanced, Heap.UNSAID);
        heap(classic, classic, Heap.REPLACE);
        heap(classic, classic, Heap.AS_THE_CODE_NEEDS);
        heap(enhanced, enhanced, Heap.KEEP);
        heap(enhanced, enhanced, Heap.AS_THE_CODE_NEEDS);
        heap(enhanced, enhanced, Heap.UNSAID, "heap.option-missing");
        heap(enhanced, classic, Heap.UNSAID, "heap.option-missing");
        heap(enhanced, enhanced, Heap.REPLACE, "heap.dropped");
        heap(enhanced, classic, Heap.REPLACE, "heap.dropped");
        heap(enhanced, classic, Heap.KEEP, "heap.not-supported");
        heap(enhanced, classic, Heap.AS_THE_CODE_NEEDS, "heap.not-supported");
        heap(classic, classic, Heap.KEEP, "heap.not-supported");
        heap(classic, enhanced, Heap.KEEP, "heap.not-laid-out");
    }

    private static void heap(CodeFacts before, CodeFacts after, Heap heap, String... expected) {
        var report = UpgradeChecks.run(before, after, USUAL.withHeap(heap));
        assertThat(codes(report, Check.HEAP)).as(heap.toString()).containsExactly(expected);
    }

    @Test
    void aHeapMayBeReplacedAfterItsCopyWentToStableMemory() {
        var enhanced = facts(WasmFiles.withPersistence(WasmFiles.wasm("puppet")));
        var canister = kit.install(WasmFiles.withPersistence(WasmFiles.wasm("puppet")), Script.script());
        var copied = withStable(canister.state(), 0, new byte[4], 65_532, new byte[] {4, 0, 0, 0});
        var plan = USUAL.withHeap(Heap.REPLACE);
        assertThat(codes(UpgradeChecks.run(enhanced, enhanced, plan.withCanister(copied)), Check.HEAP))
                .isEmpty();
        assertThat(codes(UpgradeChecks.run(enhanced, enhanced, plan.withCanister(canister.state())), Check.HEAP))
                .containsExactly("heap.dropped");
    }

    @Test
    void theLayoutOfStableMemoryIsRecognisedByItsFirstAndLastBytes() {
        var rust = facts(WasmFiles.wasm("puppet"));
        var motoko = example("counter/v1");
        var canister = kit.puppet().state();
        var manager = withStable(canister, 0, new byte[] {'M', 'G', 'R', 1});
        assertThat(stable(rust, rust, manager).found())
                .isEqualTo("a memory manager of stable-structures, version 1 in stable memory");
        assertThat(stable(rust, motoko, manager).code()).isEqualTo("stable-memory.layout-changed");
        assertThat(stable(rust, rust, withStable(canister, 0, new byte[] {'B', 'T', 'R', 2}))
                        .found())
                .startsWith("a B-tree map of stable-structures, version 2");
        var regions = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        regions.put("MOREGION".getBytes(StandardCharsets.US_ASCII)).putInt(2);
        assertThat(stable(motoko, rust, withStable(canister, 0, regions.array()))
                        .expected())
                .isEqualTo("regions of Motoko, version 2");
        assertThat(stable(rust, rust, withStable(canister, 0, new byte[] {9, 9, 9, 9}))
                        .found())
                .startsWith("data of a layout that is not known");
        assertThat(codes(
                        UpgradeChecks.run(motoko, motoko, USUAL.withCanister(withStable(canister, 8, new byte[] {1}))),
                        Check.STABLE_MEMORY))
                .isEmpty();
    }

    private static Finding stable(CodeFacts before, CodeFacts after, CanisterState canister) {
        return UpgradeChecks.run(before, after, USUAL.withCanister(canister))
                .findings(Check.STABLE_MEMORY)
                .getFirst();
    }

    @Test
    void anOpenCallWhoseAnswerWouldRunOtherCodeBlocks() {
        var wasm = WasmFiles.wasm("puppet");
        var canister = withAnOpenCall(wasm);
        var after = facts(WasmFiles.withEmptied(wasm, "run_at"));
        var finding = UpgradeChecks.run(facts(wasm), after, USUAL.withCanister(canister))
                .findings(Check.OPEN_CALLS)
                .getFirst();
        assertThat(finding.code()).isEqualTo("open-calls.code-changed");
        assertThat(finding.isError()).isTrue();
        assertThat(finding.path()).startsWith("call 1 to ").endsWith(", on reply");
        assertThat(finding.remedy()).startsWith("stop the canister");
    }

    @Test
    void anOpenCallWhoseAnswerRunsTheSameCodeOnTheSameHeapIsNoHindrance() {
        var wasm = WasmFiles.withPersistence(WasmFiles.wasm("puppet"));
        var canister = withAnOpenCall(wasm);
        var after = facts(WasmFiles.withEmptied(wasm, "canister_heartbeat"));
        assertThat(codes(UpgradeChecks.run(facts(wasm), after, USUAL.withCanister(canister)), Check.OPEN_CALLS))
                .isEmpty();
        assertThat(codes(
                        UpgradeChecks.run(
                                facts(wasm), after, USUAL.withCanister(canister).withHeap(Heap.REPLACE)),
                        Check.OPEN_CALLS))
                .containsExactly("open-calls.heap-dropped");
    }

    private CanisterState withAnOpenCall(byte[] wasm) {
        var callee = kit.puppet();
        var caller = kit.install(wasm, Script.script());
        caller.submit(Script.script()
                .call(Call.of(callee.id(), "run", Script.script().reply())
                        .onReply(Script.script().reply("done"))));
        caller.executeNext();
        assertThat(caller.state().calls().callbacks()).hasSize(1);
        return caller.state();
    }

    private static CanisterState withStable(CanisterState canister, long offset, byte[] content) {
        return withStable(canister, offset, content, 4_096, new byte[0]);
    }

    private static CanisterState withStable(
            CanisterState canister, long offset, byte[] content, long otherOffset, byte[] other) {
        var pages = new PageDelta();
        put(pages, offset, content);
        put(pages, otherOffset, other);
        var stable = new MemoryImage(PageMap.empty().with(pages), 65_536);
        return canister.with(
                draft -> draft.code = draft.code.map(code -> code.withMemory(code.globals(), code.heap(), stable)));
    }

    private static void put(PageDelta pages, long offset, byte[] content) {
        var page = new byte[4_096];
        System.arraycopy(content, 0, page, (int) (offset % 4_096), content.length);
        pages.put(offset / 4_096, page);
    }

    private static List<String> codes(CheckReport report, Check check) {
        return report.findings(check).stream().map(Finding::code).toList();
    }

    private static CodeFacts example(String name) {
        try {
            return facts(Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", name + ".wasm")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CodeFacts facts(byte[] wasm) {
        return CanisterModule.parse(wasm).facts();
    }
}
