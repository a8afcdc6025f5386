package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Values as people write and read them.
final class TextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (nat)                        | (1_234_567)                  | (1_234_567 : nat)
            (int)                        | (-0x10)                      | (-16 : int)
            (int)                        | (+7)                         | (7 : int)
            (float64)                    | (1)                          | (1.0 : float64)
            (float64)                    | (1.5e3)                      | (1500.0 : float64)
            (float64)                    | (0x1.8p1)                    | (3.0 : float64)
            (float32)                    | (0x.8)                       | ERROR
            (float32)                    | (-inf)                       | (-inf : float32)
            (float64)                    | (nan)                        | (nan : float64)
            (opt nat8)                   | (5)                          | (opt (5 : nat8))
            (opt opt nat8)               | (opt null)                   | (opt null)
            (blob)                       | (vec { 1; 0x22; 97 })        | (blob "\\01\\22a")
            (blob)                       | (blob "a\\u{e9}\\ff")        | (blob "a\\c3\\a9\\ff")
            (vec nat16)                  | (blob "\\01")                | (vec { 1 : nat16 })
            (text)                       | ("a\\tb\\u{1F402}\\u{0}")    | ("a\\tb🐂\\u{0}")
            (record { nat8; text })      | (record { 1; "x"; })         | (record { 1 : nat8; "x" })
            (record { a : opt nat })     | (record {})                  | (record { a = null })
            (record { a : bool; 5 : bool }) | (record { 5 = true; "a" = false }) | (record { 5 = true; a = false })
            (record { a : nat })         | (record { a = (1 : nat) })   | (record { a = 1 : nat })
            (record { a : int })         | (record { a = 1 : nat; })    | (record { a = 1 : int })
            (variant { "two words" })    | (variant { "two words" })    | (variant { "two words" })
            (variant { a : nat8; b })    | (variant { a = 1 })          | (variant { a = 1 : nat8 })
            (principal)                  | (principal "aaaaa-aa")       | (principal "aaaaa-aa")
            (service {})                 | (service "aaaaa-aa")         | (service "aaaaa-aa")
            (func () -> ())              | (func "aaaaa-aa"."a b")      | (func "aaaaa-aa"."a b")
            (reserved, null)             | (1)                          | (null : reserved, null)
            (nat, text)                  | ( 1 , /* one */ "x" , )      | (1 : nat, "x")
            """)
    void aValueIsReadAtItsTypeAndPrintedWithIt(String types, String text, String printed) {
        var source = text.replace("\\\\", "\\");
        String result;
        try {
            result = Candid.print(Candid.parse(source, Did.parseTypes(types)));
        } catch (CandidException e) {
            result = "ERROR";
        }
        assertThat(result).isEqualTo(printed.replace("\\\\", "\\"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (1, 1.5, "x", null, true)       | (1 : int, 1.5 : float64, "x", null, true)
            (opt 1, vec { 1; 2 })           | (opt (1 : int), vec { 1 : int; 2 : int })
            (vec { 1 : nat8; 2 : nat8 })    | (blob "\\01\\02")
            (record { 1; a = 2 : nat })     | (record { 0 = 1 : int; a = 2 : nat })
            (vec { variant { a }; variant { b = 1 } }) | (vec { variant { a }; variant { b = 1 : int } })
            (vec { opt 1; null })           | (vec { opt (1 : int); null })
            """)
    void withoutTypesAValueMeansWhatItLooksLike(String text, String printed) {
        var values = Candid.parse(text);
        assertThat(Candid.print(values)).isEqualTo(printed.replace("\\\\", "\\"));
        assertThat(Candid.encode(values)).startsWith('D', 'I', 'D', 'L');
    }

    @Test
    void longValuesAreBrokenIntoLines() {
        var value = Value.record()
                .with("name", Value.text("a canister with quite a long name"))
                .with("controllers", Value.vec(List.of(Value.text("one"), Value.text("two"))))
                .with("note", Value.some(Value.text("enough words to make this line too long for one line")));
        assertThat(Candid.print(List.of(value, Value.nat(1)))).isEqualTo("""
                (
                  record {
                    controllers = vec { "one"; "two" };
                    name = "a canister with quite a long name";
                    note = opt "enough words to make this line too long for one line";
                  },
                  1 : nat,
                )""");
    }
}
