// Asks the Motoko compiler's own check about pairs of stable signatures.
// usage: node oracle.cjs FOLDER_OF_THE_NPM_PACKAGE < PAIRS, each a line of two texts in base64
// prints for each pair the codes of the errors, or `compatible`.
'use strict';
const fs = require('fs');
const path = require('path');

const mo = require(path.resolve(process.argv[2]));
const text = (base64) => Buffer.from(base64, 'base64').toString('utf8');

for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
    if (line === '') continue;
    const [before, after] = line.split(' ').map(text);
    mo.write('before.most', before);
    mo.write('after.most', after);
    let codes;
    try {
        const { diagnostics } = mo.compiler.stableCompatible('before.most', 'after.most');
        codes = diagnostics.filter(({ severity }) => severity === 1).map(({ code }) => code);
    } catch (error) {
        codes = ['crash'];
    }
    console.log(codes.length === 0 ? 'compatible' : [...new Set(codes)].sort().join(','));
}
