// The Motoko compiler of the npm package `motoko`, behind the command line of `moc`.
//
//   node moc.cjs PACKAGE_FOLDER [--package NAME FOLDER]... [--public-metadata NAME]... [FLAG]... -o OUT.wasm MAIN.mo
//
// Writes OUT.wasm, OUT.did and OUT.most, prints diagnostics as `moc` does, and exits with 0 or 1. The package reads its
// sources from a file system of its own, so MAIN.mo and all that it imports are copied there first.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

class Usage extends Error {}

function parse(argv) {
    const options = { home: argv[0], packages: [], publicMetadata: [], flags: [], persistence: 'enhancedOP' };
    const rest = argv.slice(1);
    const next = (flag) => {
        if (rest.length === 0) throw new Usage(`${flag} needs a value`);
        return rest.shift();
    };
    while (rest.length > 0) {
        const argument = rest.shift();
        switch (argument) {
            case '--package': options.packages.push([next(argument), next(argument)]); break;
            case '--public-metadata': options.publicMetadata.push(next(argument)); break;
            case '--legacy-persistence': options.persistence = 'classicOP'; break;
            case '--enhanced-orthogonal-persistence': options.persistence = 'enhancedOP'; break;
            case '-o': options.out = next(argument); break;
            case '-c': case '--idl': case '--stable-types': break;
            default:
                if (argument.startsWith('-')) options.flags.push(argument);
                else options.main = argument;
        }
    }
    if (!options.home || !options.main || !options.out) throw new Usage('PACKAGE_FOLDER, -o OUT.wasm and MAIN.mo are needed');
    return options;
}

const IMPORT = /\bimport\b[^"'`;]*"([^"]+)"/g;

/** The relative imports of a source text; comments may add a path too many, never one too few. */
function relativeImports(text) {
    return [...text.matchAll(IMPORT)].map((match) => match[1]).filter((name) => !/^[a-z]+:/.test(name));
}

function existingSource(file) {
    const candidates = [file, `${file}.mo`, path.join(file, 'lib.mo')];
    return candidates.find((candidate) => fs.statSync(candidate, { throwIfNoEntry: false })?.isFile());
}

/** MAIN.mo and every file that it imports by a relative path, as absolute paths, with their text. */
function sources(main) {
    const texts = new Map();
    const pending = [path.resolve(main)];
    while (pending.length > 0) {
        const file = pending.pop();
        if (texts.has(file)) continue;
        const text = fs.readFileSync(file, 'utf8');
        texts.set(file, text);
        for (const name of relativeImports(text)) {
            const found = existingSource(path.resolve(path.dirname(file), name));
            if (found) pending.push(found);
        }
    }
    return texts;
}

function commonFolder(files) {
    let folder = path.dirname(files[0]);
    while (!files.every((file) => file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep))) {
        folder = path.dirname(folder);
    }
    return folder;
}

function motokoFilesIn(folder, below = '') {
    return fs.readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
        const name = path.posix.join(below, entry.name);
        if (entry.isDirectory()) return motokoFilesIn(folder, name);
        return entry.name.endsWith('.mo') ? [name] : [];
    });
}

function loadPackages(mo, options) {
    const bundled = path.join(options.home, 'packages', 'latest', 'core.json');
    if (!options.packages.some(([name]) => name === 'core') && fs.existsSync(bundled)) {
        mo.loadPackage(JSON.parse(fs.readFileSync(bundled, 'utf8')));
    }
    for (const [name, folder] of options.packages) {
        for (const file of motokoFilesIn(folder)) {
            mo.write(`.packages/${name}/${file}`, fs.readFileSync(path.join(folder, file), 'utf8'));
        }
        mo.usePackage(name, `.packages/${name}`);
    }
}

function position({ line, character }) {
    return `${line + 1}.${character + 1}`;
}

/** One diagnostic in the compiler's own form: `main.mo:3.5-3.9: type error [M0096], expression of type ...`. */
function rendered(diagnostic, folder) {
    const start = position(diagnostic.range.start);
    const end = position(diagnostic.range.end);
    const file = path.relative(process.cwd(), path.join(folder, diagnostic.source));
    const kind = { 1: `${diagnostic.category} error`, 2: 'warning', 3: 'info' }[diagnostic.severity] ?? 'error';
    const code = diagnostic.code ? ` [${diagnostic.code}]` : '';
    return `${file}:${start}${start === end ? '' : `-${end}`}: ${kind}${code}, ${diagnostic.message}`;
}

/** What the package throws, in words: it wraps exceptions of OCaml as arrays whose last element is the message. */
function reason(error) {
    const text = error instanceof Error ? error.message : JSON.stringify(error);
    const inner = /,"([^"]*)"\]$/.exec(text);
    return inner ? inner[1] : text.split('\n')[0].slice(0, 500);
}

function compile(options) {
    const mo = require(path.resolve(options.home));
    const texts = sources(options.main);
    const folder = commonFolder([...texts.keys()]);
    const inside = (file) => path.relative(folder, file).split(path.sep).join('/');
    for (const [file, text] of texts) mo.write(inside(file), text);
    mo.clearPackages();
    loadPackages(mo, options);
    mo.setPublicMetadata(options.publicMetadata);
    mo.compiler.gcFlags(options.persistence);
    if (options.flags.length > 0) mo.setExtraFlags(options.flags);

    const main = inside(path.resolve(options.main));
    const diagnostics = mo.check(main);
    for (const diagnostic of diagnostics) console.error(rendered(diagnostic, folder));
    if (diagnostics.some((diagnostic) => diagnostic.severity === 1)) return 1;

    const result = mo.compiler.compileWasm('ic', main);
    if (!result.code) {
        for (const diagnostic of result.diagnostics) console.error(rendered(diagnostic, folder));
        return 1;
    }
    const base = options.out.replace(/\.wasm$/, '');
    fs.writeFileSync(`${base}.wasm`, result.code.wasm);
    fs.writeFileSync(`${base}.did`, result.code.candid);
    if (result.code.stable !== null && result.code.stable !== undefined) fs.writeFileSync(`${base}.most`, result.code.stable);
    return 0;
}

try {
    process.exitCode = compile(parse(process.argv.slice(2)));
} catch (error) {
    console.error(`moc: ${reason(error)}`);
    process.exitCode = 1;
}
