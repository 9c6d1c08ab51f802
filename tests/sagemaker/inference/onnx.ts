/**
 * Writes ONNX models without a Python environment: a linear one, whose forecasts tests can tell by hand, and a forest as
 * large as those that are served. Both replace missing values by means, as the models of sagemaker/training do. An ONNX
 * file is a protocol-buffers message; the numbers below are those of onnx.proto.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FLOAT = 1;

/** A node's attributes, by name. */
type Attributes = Readonly<
    Record<string, string | readonly string[] | readonly number[] | Float32Array | number>
>;

interface Node {
    readonly op: string;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly domain?: string;
    readonly attributes?: Attributes;
}

/** forecast = weights · values + intercept, where a missing value counts as its mean. */
export interface Linear {
    readonly means: readonly number[];
    readonly weights: readonly number[];
    readonly intercept: number;
}

/** The average of trees that are all complete: the children of node i are 2 i + 1, where value <= threshold, and 2 i + 2. */
export interface Forest {
    readonly means: readonly number[];
    readonly trees: readonly Tree[];
}

export interface Tree {
    /** Of each inner node. */
    readonly columns: readonly number[];
    readonly thresholds: readonly number[];
    /** Of each leaf, from the left. */
    readonly leaves: readonly number[];
}

/** @returns model.onnx */
export function linearModel({ means, weights, intercept }: Linear): Uint8Array {
    const columns = means.length;
    return model(
        columns,
        [
            ...fillMissing,
            { op: "MatMul", inputs: ["filled", "weights"], output: "product" },
            { op: "Add", inputs: ["product", "intercept"], output: "forecast" },
        ],
        [
            tensor("means", [columns], means),
            tensor("weights", [columns, 1], weights),
            tensor("intercept", [1], [intercept]),
        ],
    );
}

/** @returns model.onnx */
export function forestModel({ means, trees }: Forest): Uint8Array {
    const nodes = trees.flatMap(({ columns, thresholds, leaves }, tree) =>
        Array.from({ length: columns.length + leaves.length }, (_, node) => {
            const isLeaf = node >= columns.length;
            return {
                ...{ tree, node, isLeaf, column: columns[node] ?? 0, threshold: thresholds[node] ?? 0 },
                left: isLeaf ? 0 : 2 * node + 1,
                right: isLeaf ? 0 : 2 * node + 2,
                weight: leaves[node - columns.length] ?? 0,
            };
        }),
    );
    const leaves = nodes.filter(({ isLeaf }) => isLeaf);
    const attributes: Attributes = {
        n_targets: 1,
        aggregate_function: "AVERAGE",
        nodes_treeids: nodes.map(({ tree }) => tree),
        nodes_nodeids: nodes.map(({ node }) => node),
        nodes_featureids: nodes.map(({ column }) => column),
        nodes_values: Float32Array.from(nodes, ({ threshold }) => threshold),
        nodes_modes: nodes.map(({ isLeaf }) => (isLeaf ? "LEAF" : "BRANCH_LEQ")),
        nodes_truenodeids: nodes.map(({ left }) => left),
        nodes_falsenodeids: nodes.map(({ right }) => right),
        target_treeids: leaves.map(({ tree }) => tree),
        target_nodeids: leaves.map(({ node }) => node),
        target_ids: leaves.map(() => 0),
        target_weights: Float32Array.from(leaves, ({ weight }) => weight),
    };
    const forest = {
        op: "TreeEnsembleRegressor",
        inputs: ["filled"],
        output: "forecast",
        domain: "ai.onnx.ml",
    };
    return model(
        means.length,
        [...fillMissing, { ...forest, attributes }],
        [tensor("means", [means.length], means)],
    );
}

/** The same model in a longer file: with a description of some characters. */
export const padded = (model: Uint8Array, characters: number): Uint8Array =>
    join(model, text(6, "x".repeat(characters)));

const fillMissing: readonly Node[] = [
    { op: "IsNaN", inputs: ["features"], output: "missing" },
    { op: "Where", inputs: ["missing", "means", "features"], output: "filled" },
];

function model(columns: number, nodes: readonly Node[], initializers: readonly Uint8Array[]): Uint8Array {
    const graph = join(
        ...nodes.map((each) => bytes(1, node(each))),
        text(2, "model"),
        ...initializers.map((each) => bytes(5, each)),
        bytes(11, matrix("features", columns)),
        bytes(12, matrix("forecast", 1)),
    );
    const opset = (domain: string, version: number) => bytes(8, join(text(1, domain), whole(2, version)));
    return join(whole(1, 8), opset("", 17), opset("ai.onnx.ml", 3), bytes(7, graph));
}

function node({ op, inputs, output, domain = "", attributes = {} }: Node): Uint8Array {
    return join(
        ...inputs.map((input) => text(1, input)),
        text(2, output),
        text(4, op),
        ...Object.entries(attributes).map(([name, value]) => bytes(5, join(text(1, name), attribute(value)))),
        text(7, domain),
    );
}

function attribute(value: Attributes[string]): Uint8Array {
    const type = (number: number) => whole(20, number);
    if (typeof value === "number") return join(whole(3, value), type(2));
    if (typeof value === "string") return join(text(4, value), type(3));
    if (value instanceof Float32Array) return join(bytes(7, littleEndian(value)), type(6));
    const numbers = value.filter((each) => typeof each === "number");
    if (numbers.length === value.length) return join(bytes(8, Buffer.concat(numbers.map(varint))), type(7));
    return Buffer.concat([...value.map((each) => text(9, String(each))), type(8)]);
}

/** A named matrix of as many rows as are sent. */
function matrix(name: string, columns: number): Uint8Array {
    const shape = join(bytes(1, text(2, "N")), bytes(1, whole(1, columns)));
    return join(text(1, name), bytes(2, bytes(1, join(whole(1, FLOAT), bytes(2, shape)))));
}

function tensor(name: string, shape: readonly number[], values: readonly number[]): Uint8Array {
    return join(
        ...shape.map((size) => whole(1, size)),
        whole(2, FLOAT),
        text(8, name),
        bytes(9, littleEndian(Float32Array.from(values))),
    );
}

function littleEndian(values: Float32Array): Uint8Array {
    const buffer = Buffer.alloc(4 * values.length);
    values.forEach((value, place) => buffer.writeFloatLE(value, 4 * place));
    return buffer;
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const tag = (field: number, wire: number): Uint8Array => varint((field << 3) | wire);
const whole = (field: number, value: number): Uint8Array => join(tag(field, VARINT), varint(value));
const text = (field: number, value: string): Uint8Array => bytes(field, Buffer.from(value));
const bytes = (field: number, content: Uint8Array): Uint8Array =>
    join(tag(field, LENGTH_DELIMITED), varint(content.length), content);

function varint(value: number): Uint8Array {
    const digits = [];
    for (; value >= 0x80; value >>>= 7) digits.push((value & 0x7f) | 0x80);
    return Uint8Array.from([...digits, value]);
}
