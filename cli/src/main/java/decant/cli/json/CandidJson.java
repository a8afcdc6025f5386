package decant.cli.json;

import decant.candid.Label;
import decant.candid.Value;
import java.util.HexFormat;

/// Candid values as JSON, for programs that read what a command prints.
///
/// Numbers keep all their digits, so readers must not squeeze them into a double. An option is its item or null, a blob
/// its bytes in hexadecimal, a variant without payload its tag, and any other `{"tag": payload}`.
public final class CandidJson {
    private CandidJson() {}

    public static Json of(Value value) {
        return switch (value) {
            case Value.Null _, Value.Reserved _ -> Json.Null.NULL;
            case Value.Bool(boolean truth) -> Json.bool(truth);
            case Value.WholeNumber whole -> Json.number(whole.value());
            case Value.Float32(float number) -> real(number);
            case Value.Float64(double number) -> real(number);
            case Value.Text(var text) -> Json.text(text);
            case Value.Blob blob -> Json.text(HexFormat.of().formatHex(blob.toBytes()));
            case Value.Vec(var elements) ->
                Json.array(elements.stream().map(CandidJson::of).toList());
            case Value.Opt(var item) -> item.map(CandidJson::of).orElse(Json.Null.NULL);
            case Value.Record(var fields) -> {
                var json = Json.fields();
                for (var field : fields) {
                    json = json.with(name(field.label()), of(field.value()));
                }
                yield json;
            }
            case Value.Variant variant ->
                variant.payload() instanceof Value.Null
                        ? Json.text(variant.tag())
                        : Json.fields().with(variant.tag(), of(variant.payload()));
            case Value.PrincipalValue(var principal) -> Json.text(principal.toString());
            case Value.Service(var canister) -> Json.text(canister.toString());
            case Value.Func(var canister, var method) -> Json.text(canister + "." + method);
        };
    }

    private static String name(Label label) {
        return label.name().orElseGet(() -> Long.toString(label.id()));
    }

    /// Not-a-number and the infinities have no number in JSON, so they are texts.
    private static Json real(double number) {
        return Double.isFinite(number)
                ? new Json.NumberLiteral(Double.toString(number))
                : Json.text(Double.toString(number));
    }
}
