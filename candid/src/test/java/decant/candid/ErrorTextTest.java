package decant.candid;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What people read when something is wrong.
final class ErrorTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (nat8)                    | (256)                      | line 1, column 2: expected nat8, found the number 256
            (nat)                     | (-1)                       | line 1, column 2: expected nat, found the number -1
            (text)                    | (42)                       | line 1, column 2: expected text, found the number 42
            (nat)                     | ("42")                     | line 1, column 2: expected nat, found the text "42"
            (nat, text)               | (1)                        | expected 2 arguments, found 1; the next one is of type text
            (nat)                     | (1, 2)                     | line 1, column 5: expected 1 argument, found 2
            (nat)                     | (1                         | line 1, column 3: expected , or ), found the end of the text
            (nat)                     | 1                          | line 1, column 1: expected (, found 1
            (nat)                     | (1) x                      | line 1, column 5: expected the end of the text, found x
            (nat)                     | (1 : nat8)                 | line 1, column 2: expected nat, found a value annotated as nat8
            (nat)                     | (1 : foo)                  | line 1, column 6: the type foo is not defined
            (record { a : nat })      | (record {})                | line 1, column 2: the field a of type nat is missing
            (record { a : nat })      | (record { a = 1; a = 2 })  | line 1, column 2: the field a is given twice
            (record { a : nat })      | (record { a 1 })           | line 1, column 13: expected =, found 1
            (record { a : nat })      | (record { opt = 1 })       | line 1, column 15: expected a value, found =
            (variant { a; b })        | (variant { c })            | line 1, column 2: expected variant { a; b }, found the variant c
            (variant { a; b })        | (variant { a; b })         | line 1, column 2: a variant has exactly one case, found 2
            (vec nat8)                | (vec { 1; 300 })           | line 1, column 11: expected nat8, found the number 300
            (principal)               | (principal "aaaaa-ab")     | line 1, column 12: "aaaaa-ab" is not a principal: the checksum or the grouping is wrong; these bytes are written aaaaa-aa
            (text)                    | ("a                        | line 1, column 2: the text is not closed
            (text)                    | ("\\q")                    | line 1, column 3: \\ must be followed by n, r, t, \\, ", ', u{..} or two hex digits
            (text)                    | ("\\ff")                   | line 1, column 2: the text is not UTF-8; write blob before it if it means bytes
            (text)                    | ("\\u{d800}")              | line 1, column 3: U+d800 is not a character
            (nat)                     | (/* /* */ 1)               | line 1, column 2: the comment is not closed
            (nat)                     | (1x)                       | line 1, column 3: a number is followed by x
            (nat)                     | (#)                        | line 1, column 2: no token starts with "#"
            """)
    void aWrongTextIsToldByLineAndColumn(String types, String text, String message) {
        var expected = Did.parseTypes(types);
        assertThatThrownBy(() -> Candid.parse(text.replace("\\\\", "\\"), expected))
                .isInstanceOf(CandidException.class)
                .hasMessage(message.replace("\\\\", "\\"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (nat)                | 00                       | byte 0: a message starts with DIDL, found only 1 bytes
            (nat)                | 4441444c0000             | byte 0: a message starts with DIDL, this one does not
            (nat)                | 4449444c0000             | byte 6: argument 1 is missing: expected nat, found only 0 arguments
            ()                   | 4449444c000000           | byte 6: 1 bytes are left over after the last value
            (nat)                | 4449444c00017100         | byte 7: expected nat, found text (in argument 1)
            (bool)               | 4449444c00017e02         | byte 7: a bool is 0 or 1, found 2
            (nat)                | 4449444c00017d80         | byte 8: the message ends where the rest of a number is expected
            (nat64)              | 4449444c0001780000       | byte 7: the message ends within a nat64: 2 of 8 bytes
            (text)               | 4449444c000171056162     | byte 7: the length of a text is 5, but only 2 bytes follow
            (text)               | 4449444c00017101ff       | byte 8: a text is not UTF-8
            (principal)          | 4449444c0001680000       | byte 7: a reference's tag must be 1, found 0
            (empty)              | 4449444c00016f           | byte 7: a value of type empty, which has no values
            (nat)                | 4449444c000105           | byte 6: type 5 is mentioned, but the type table ends at 0
            (nat)                | 4449444c017d00           | byte 5: an entry of the type table must be a composite type, found opcode -3
            (record { a : nat }) | 4449444c016c01617101000161 | byte 11: expected nat, found text (in argument 1, field a)
            (record { b : nat }) | 4449444c016c01617101000161 | byte 11: expected record { b : nat }, found record { 97 : text }: the field b is missing (in argument 1)
            (vec nat)            | 4449444c016d7101000161   | byte 10: expected nat, found text (in argument 1, element 0)
            (variant { b })      | 4449444c016b01617f010000 | byte 12: expected variant { b }, found variant { 97 }: the case 97 is not known (in argument 1)
            (opt nat)            | 4449444c016e7d010002     | byte 9: an option's tag is 0 or 1, found 2
            (func () -> (text))  | 4449444c016a00017d000100010100016d | byte 12: expected func () -> (text), found func () -> (nat): the one is not a subtype of the other (in argument 1)
            (func () -> ())      | 4449444c016a00010100010001010001ff | byte 8: type 1 is mentioned, but the type table ends at 1
            """)
    void aWrongMessageIsToldByItsByte(String types, String hex, String message) {
        var expected = Did.parseTypes(types);
        assertThatThrownBy(() -> Candid.decode(HexFormat.of().parseHex(hex), expected, Quota.DEFAULT))
                .isInstanceOf(CandidException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            type a = b                              | line 1, column 10: the type b is not defined
            type a = b; type b = a                  | line 1, column 10: the type b is defined by itself alone
            type a = nat; type a = nat              | line 1, column 20: the type a is defined twice
            type nat = int                          | line 1, column 6: nat is a built-in type and cannot be defined
            type opt = int                          | line 1, column 6: expected the name of a type, found opt
            type a = record { x : nat; x : int }    | line 1, column 28: the label x has the same id as the earlier x
            type a = record { 120 : nat; x : int }  | line 1, column 30: the label x has the same id as the earlier 120
            type a = record { 4294967296 : nat }    | line 1, column 19: a field id must be below 2^32, found 4294967296
            type a = variant { x y }                | line 1, column 22: expected ; or }, found y
            type a = variant { opt }                | line 1, column 20: opt is a keyword; as a name it is written "opt"
            type a = func (nat) -> (nat) oneway     | line 1, column 24: a oneway function has no results, found 1
            type a = func (x : nat, x : nat) -> ()  | line 1, column 25: the name x is given to two arguments
            import "x.did"                          | line 1, column 1: imports are not supported; put the imported definitions into this file
            type a = nat; service : a               | line 1, column 25: expected a service type, but a is not one
            type a = nat; service : { m : a }       | line 1, column 31: a method's type must be a function, but a is not one
            service : { m : () -> (); m : () -> () } | line 1, column 27: the method m is declared twice
            service : { m () -> () }                | line 1, column 15: expected :, found (
            type a = nat service : {}               | line 1, column 14: expected ;, found service
            """)
    void aWrongInterfaceIsToldByLineAndColumn(String source, String message) {
        assertThatThrownBy(() -> Did.parse(source))
                .isInstanceOf(CandidException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (nat)                | (1 : nat8)           | expected a value of type nat, found 1 : nat8
            (record { a : nat }) | (record {})          | the field a is missing in record {}; its type is nat
            (variant { a })      | (variant { b })      | expected a value of type variant { a }, found variant { b }
            (opt nat)            | (1 : nat)            | expected a value of type opt nat, found 1 : nat
            """)
    void aValueOfAnotherTypeIsNotEncoded(String types, String text, String message) {
        var values = Candid.parse(text);
        assertThatThrownBy(() -> Candid.encode(values, Did.parseTypes(types)))
                .isInstanceOf(CandidException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ("x")                 | expected a record, found "x"
            (record { b = true }) | expected a record with the field a, found record { b = true }
            """)
    void readingAFieldThatIsNotThereNamesIt(String text, String message) {
        var value = Candid.parse(text).getFirst();
        assertThatThrownBy(() -> value.field("a"))
                .isInstanceOf(CandidException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (vec { 1; "a" })      | a vector's elements must be of one type, found int and text; annotate them, as in (5 : nat8)
            """)
    void aVectorOfSeveralTypesHasNone(String text, String message) {
        var values = List.copyOf(Candid.parse(text));
        assertThatThrownBy(() -> Candid.encode(values))
                .isInstanceOf(CandidException.class)
                .hasMessage(message);
    }
}
