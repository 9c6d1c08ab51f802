import { expect } from "chai";
import { environmentOf, ENVIRONMENTS } from "../../config/environment";

describe("environmentOf", () => {
    for (const environment of ENVIRONMENTS) {
        it(`is ${environment} for the stack of that name and those derived from it`, () => {
            expect(environmentOf(environment)).to.equal(environment);
            expect(environmentOf(`${environment}-eu`)).to.equal(environment);
        });
    }

    for (const stack of ["production", "localhost", "pr-12", "my-prod", "Prod"]) {
        it(`holds ${stack} to the rules of dev`, () => expect(environmentOf(stack)).to.equal("dev"));
    }
});
