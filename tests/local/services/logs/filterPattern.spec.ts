import { expect } from "chai";
import { parseFilterPattern } from "../../../../local/services/logs/filterPattern";

describe("filter patterns", () => {
    const cases: [pattern: string, message: string, matches: boolean][] = [
        ["", "anything", true],
        ["ERROR", "an ERROR occurred", true],
        ["ERROR", "an error occurred", false],
        ["ERROR pair", "pair EURUSD: ERROR", true],
        ["ERROR pair", "ERROR", false],
        ['"two words"', "these two words", true],
        ['"two words"', "words two", false],
        ['"say \\"hi\\""', 'they say "hi"', true],
        ['"back\\\\slash"', "back\\slash", true],
        ["ERROR -EURUSD", "ERROR in EURUSD", false],
        ["ERROR -EURUSD", "ERROR in USDJPY", true],
        ['-"two words"', "one word", true],
        ['-"two words"', "two words", false],
        ["?ERROR ?WARN", "WARN: late", true],
        ["?ERROR ?WARN", "INFO: late", false],
        ["?ERROR late", "INFO: late", true],
        ["  ERROR\tlate ", "late ERROR", true],
    ];
    for (const [pattern, message, matches] of cases) {
        it(`${matches ? "finds" : "does not find"} ${message} by ${pattern}`, () => {
            expect(parseFilterPattern(pattern)(message)).to.equal(matches);
        });
    }

    const refusals: [pattern: string, problem: string][] = [
        ["{ $.level = ERROR }", "filters by terms, not by JSON"],
        ["[ip, user]", "filters by terms, not by JSON, [fields]"],
        ["%ERR.*%", "or %regular expressions%"],
        ['ERROR "open', 'a quotation mark is not closed in "open'],
        ["ERROR:", "ERROR: has to be in double quotation marks"],
        ['"a"b', 'a quotation mark is not closed in "a"b'],
    ];
    for (const [pattern, problem] of refusals) {
        it(`refuses ${pattern}`, () => {
            expect(() => parseFilterPattern(pattern))
                .to.throw(`Invalid filter pattern ${pattern}: `)
                .with.property("message")
                .that.contains(problem);
        });
    }
});
