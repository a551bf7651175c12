import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { BuildError, PackageError, UsageError } from '../../tools/errors.js';
import { readDeclaration } from '../../tools/image/declaration.js';
import { readLock } from '../../tools/image/lock.js';
import { buildPorts } from '../../tools/image/ports.js';
import { type NamedRecipe, recipe } from '../../tools/image/recipe.js';
import { type FetchedSource, SourceStore } from '../../tools/image/source-store.js';
import { collectedLog } from '../collected-log.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-ports-test-'));
// Others must reach what lies in it, as they reach a checkout.
chmodSync(scratch, 0o755);
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));
const { signal } = new AbortController();
const byRoot = process.getuid?.() === 0;

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Makes a source package that holds one file, `word`; gives the names of its archive and its description. */
function makeSource(folder: string, name: string, word = name, version = '1'): string[] {
	mkdirSync(path.join(folder, `${name}-${version}`, 'debian', 'source'), { recursive: true });
	writeFileSync(path.join(folder, `${name}-${version}`, 'word'), `${word}\n`);
	writeFileSync(path.join(folder, `${name}-${version}`, 'debian', 'source', 'format'), '3.0 (native)\n');
	const archive = `${name}_${version}.tar.gz`;
	execFileSync('tar', ['--owner=0', '--group=0', '-czf', archive, `${name}-${version}`], { cwd: folder });
	const bytes = readFileSync(path.join(folder, archive));
	const description = `${name}_${version}.dsc`;
	const sums = (hash: string) => ` ${createHash(hash).update(bytes).digest('hex')} ${bytes.length} ${archive}\n`;
	writeFileSync(
		path.join(folder, description),
		`Format: 3.0 (native)\nSource: ${name}\nBinary: ${name}\nArchitecture: any\nVersion: ${version}\n` +
			`Checksums-Sha256:\n${sums('sha256')}Files:\n${sums('md5')}`,
	);
	return [archive, description];
}

/** Sources without an archive: each is what its name says. */
const sources = {
	fetch: async (name: string): Promise<FetchedSource> => {
		const folder = path.join(scratch, 'sources');
		const files = makeSource(folder, name).map((file) => {
			const bytes = readFileSync(path.join(folder, file));
			// The archive's times are not the same each time.
			return { file, size: bytes.length, sha256: file.endsWith('.dsc') ? '' : sha256(Buffer.from(name)) };
		});
		return { name, version: '1', files, description: path.join(folder, `${name}_1.dsc`) };
	},
};

function port(name: string, build: string[], rest: object = {}): NamedRecipe {
	const read = recipe.parse({ describe: '', source: name, build, ...rest });
	return { ...read, name, file: path.join(scratch, `${name}.json`) };
}

function build(recipes: NamedRecipe[], choices: object = {}) {
	const { log, text } = collectedLog(1);
	const options = { variant: 'debug' as const, sources, store: path.join(scratch, 'store'), identity: 'one' };
	mkdirSync(options.store, { recursive: true });
	return { roots: buildPorts(recipes, { ...options, signal, log, ...choices }), text };
}

t.test('a port is compiled once for what decides what it is, after those that it needs', async (t) => {
	const low = port('low', ['mkdir -p $DESTDIR/usr/include $DESTDIR/usr/share', 'cp word $DESTDIR/usr/include/low.h'], {
		without: ['/usr/share'],
	});
	const middle = port('middle', ['mkdir -p $DESTDIR/usr; cp word $DESTDIR/usr/middle'], { needs: ['low'] });
	const high = port('high', ['cd $NEEDS/usr; mkdir $DESTDIR/usr; cat include/low.h middle >$DESTDIR/usr/high'], {
		needs: ['middle'],
	});
	const first = build([low, middle, high]);
	const roots = await first.roots;
	t.equal(readFileSync(path.join(roots.get('high') ?? '', 'usr/high'), 'utf8'), 'low\nmiddle\n');
	t.notOk(existsSync(path.join(roots.get('low') ?? '', 'usr/share')), 'what is unwanted stays out');
	t.match(first.text(), /compiling low 1\n[\s\S]*compiling middle 1\n[\s\S]*compiling high 1\n/);
	const again = build([low, middle, high]);
	t.strictSame(await again.roots, roots);
	t.notMatch(again.text(), /compiling/, 'nothing is compiled again when nothing has changed');
	const changed = build([{ ...low, environment: { WORD: 'x' } }, middle, high]);
	await changed.roots;
	t.match(
		changed.text(),
		/compiling low[\s\S]*compiling middle[\s\S]*compiling high/,
		'and all that needs it when it has',
	);
	t.notOk(existsSync(roots.get('high') ?? ''), 'what it was before is gone');
	const renewed = build([port('alone', ['mkdir $DESTDIR/usr; cp word $DESTDIR/usr'])], { identity: 'two' });
	t.equal((await renewed.roots).size, 1);
});

t.test('a line that fails is told with its port, its words and its log; nothing of it stays', async (t) => {
	const bad = port('bad', ['mkdir $DESTDIR/usr; cp word $DESTDIR/usr', 'echo in vain; false || exit 3', 'touch never']);
	const { roots, text } = build([bad, port('later', ['mkdir $DESTDIR/usr'], { needs: ['bad'] })]);
	const error: BuildError = await roots.then(
		() => t.fail('it compiled'),
		(reason) => reason,
	);
	t.type(error, BuildError);
	t.equal(error.message, 'port bad does not compile: "echo in vain; false || exit 3" ended with status 3');
	const log = readFileSync(path.join(scratch, 'store', 'bad.log'), 'utf8');
	t.match(log, /\+ dpkg-source[\s\S]*\+ mkdir[\s\S]*\+ echo in vain[\s\S]*\nin vain\n/);
	t.match([error.log, error.hint], [/bad\.log$/, /mend .*bad\.json/]);
	t.notMatch(log, /never/, 'the lines after it are not run');
	t.match(text(), /in vain/, 'the end of what it said is shown');
	t.notMatch(text(), /compiling later/, 'what needs it is not begun');
	t.strictSame(execFileSync('ls', ['-A', path.join(scratch, 'store', 'bad')]).toString(), '');
	await t.rejects(build([port('void', ['true'])]).roots, /port void installs nothing/);
	await t.rejects(build([port('linked', ['rmdir $DESTDIR; ln -s / $DESTDIR'])]).roots, /linked installs nothing/);
	const telling = port('telling', ['mkdir $DESTDIR/usr; pwd >$DESTDIR/usr/here']);
	await t.rejects(build([telling]).roots, /telling: \/usr\/here names the folder it was compiled in/);
});

t.test('the lines of a recipe cannot write into the host', { skip: byRoot ? false : 'only root could' }, async (t) => {
	const ordinary = path.join(scratch, 'ordinary');
	mkdirSync(ordinary);
	const places = ['/usr/bin', '/usr/local', '/etc', ordinary, path.join(scratch, 'store')];
	for (const [number, place] of places.entries()) {
		const victim = path.join(place, `imposos-port-${process.pid}`);
		t.teardown(() => rmSync(victim, { force: true }));
		const line = `install -m 755 word ${victim}`;
		const { roots } = build([port(`outside${number}`, ['mkdir $DESTDIR/usr; cp word $DESTDIR/usr', line])]);
		await t.rejects(roots, { message: new RegExp(`does not compile: "${line}"`), hint: /\$DESTDIR/ }, place);
		t.match(readFileSync(path.join(scratch, 'store', `outside${number}.log`), 'utf8'), /Permission denied/);
		t.notOk(existsSync(victim), `nothing is in ${place}`);
	}
	// What it leaves out goes through links that it made.
	writeFileSync(path.join(ordinary, 'kept'), '');
	const leading = port('leading', [`mkdir $DESTDIR/usr; cp word $DESTDIR/usr; ln -s ${ordinary} $DESTDIR/usr/l`], {
		without: ['/usr/l/kept'],
	});
	await t.rejects(build([leading]).roots, BuildError);
	t.ok(existsSync(path.join(ordinary, 'kept')));

	const fine = port('fine', ['mkdir $DESTDIR/usr; cp word $DESTDIR/usr/tool; chmod 4755 $DESTDIR/usr/tool']);
	const root = (await build([fine]).roots).get('fine') ?? '';
	t.match(statSync(path.join(root, 'usr/tool')), { uid: 0, gid: 0, mode: 0o104755 }, 'results are nobody’s to change');
	const spoiling = port('spoiling', [`echo x >${root}/usr/tool`]);
	await t.rejects(build([spoiling]).roots, /spoiling does not compile/);
	const closed = path.join(scratch, 'closed');
	mkdirSync(closed, { mode: 0o700 });
	const hidden = build([fine], { store: path.join(closed, 'store') });
	await t.rejects(hidden.roots, { message: /who cannot reach/, hint: /\/closed is closed to others/ });
});

t.test('recipes say what is wrong with them', async (t) => {
	mkdirSync(path.join(scratch, 'ports'));
	const image = path.join(scratch, 'image.json');
	const read = (ports: Record<string, unknown>, named = Object.keys(ports)) => {
		for (const [name, value] of Object.entries(ports))
			writeFileSync(
				path.join(scratch, 'ports', `${name}.json`),
				typeof value === 'string' ? value : JSON.stringify(value),
			);
		writeFileSync(image, JSON.stringify({ describe: '', size: '1M', ports: named }));
		return readDeclaration(image);
	};
	const good = { describe: '', source: 'x', build: ['true'] };
	const wrong: [unknown, RegExp][] = [
		['{', /ports\/p\.json is not JSON/],
		[{ ...good, describe: 1 }, /ports\/p\.json at describe: /],
		[{ ...good, build: ['true', ''] }, /ports\/p\.json at build\.1: /],
		[{ ...good, build: 'make' }, /ports\/p\.json at build: /],
		[{ ...good, needs: ['No such'] }, /ports\/p\.json at needs\.0: must be a name as Debian packages have/],
		[{ ...good, environment: { '1x': '' } }, /ports\/p\.json at environment\.1x: /],
		[{ ...good, without: ['usr/share'] }, /ports\/p\.json at without\.0: /],
		[{ ...good, biuld: [] }, /ports\/p\.json: .*biuld/],
		[{ describe: '' }, /ports\/p\.json: must have "source" or "layers"/],
		[{ describe: '', source: 'x' }, /ports\/p\.json: "source" and "build" go together/],
	];
	for (const [value, message] of wrong) t.throws(() => read({ p: value }), { name: 'UsageError', message });
	t.throws(() => read({}, ['absent']), /image\.json names the port absent, and there is no .*ports\/absent\.json/);
	t.throws(() => read({ p: { ...good, needs: ['q'] } }), /ports\/p\.json names the port q, and there is no/);
	const circle = { a: { ...good, needs: ['b'] }, b: { ...good, needs: ['c'] }, c: { ...good, needs: ['b'] } };
	t.throws(() => read(circle), /ports\/b\.json: "needs" goes around in a circle: b needs c needs b/);
	t.throws(() => read({ a: { ...good, needs: ['a'] } }), UsageError);
	const { ports } = read({ a: { ...good, needs: ['c', 'b'] }, b: { ...good, needs: ['c'] }, c: good });
	t.strictSame(
		ports.map(({ name }) => name),
		['c', 'b', 'a'],
		'each comes after those that it needs, once',
	);
});

/** A mirror of source packages on the host's disk. */
function makeMirror(names: Record<string, string>): string {
	const mirror = path.join(scratch, 'mirror');
	rmSync(mirror, { recursive: true, force: true });
	const index = path.join(mirror, 'dists', 'bookworm', 'main', 'source');
	mkdirSync(index, { recursive: true });
	let text = '';
	for (const [name, version] of Object.entries(names)) {
		const pool = path.join(mirror, 'pool', name);
		mkdirSync(pool, { recursive: true });
		text += `Package: ${name}\nBinary: ${name}\nVersion: ${version}\nArchitecture: any\nFormat: 3.0 (native)\n`;
		text += `Directory: pool/${name}\nChecksums-Sha256:\n`;
		for (const file of makeSource(pool, name, `${name} ${version}`, version)) {
			const bytes = readFileSync(path.join(pool, file));
			text += ` ${sha256(bytes)} ${bytes.length} ${file}\n`;
		}
		text += '\n';
	}
	const packed = gzipSync(text);
	writeFileSync(path.join(index, 'Sources.gz'), packed);
	writeFileSync(
		path.join(mirror, 'dists', 'bookworm', 'Release'),
		`Suite: bookworm\nCodename: bookworm\nArchitectures: i386\nComponents: main\nDate: ${new Date().toUTCString()}\nSHA256:\n` +
			` ${sha256(Buffer.from(text))} ${text.length} main/source/Sources\n ${sha256(packed)} ${packed.length} main/source/Sources.gz\n`,
	);
	return `file:${mirror}`;
}

t.test('sources are resolved, locked, cached and checked', async (t) => {
	const { log, text } = collectedLog(1);
	const cache = path.join(scratch, 'cache');
	const lockFile = path.join(scratch, 'packages.lock');
	const common = { cache, lockFile, suite: 'bookworm', mirror: makeMirror({ thing: '1.0', other: '3' }), signal, log };
	await t.rejects(new SourceStore({ ...common, locked: true }).fetch('thing'), /does not have the source of thing/);
	const fetched = await new SourceStore(common).fetch('thing');
	t.match(fetched, { version: '1.0', description: /sources\/thing_1\.0\.dsc$/ });
	t.match(readLock(lockFile, 'bookworm').sources['thing'], { version: '1.0', files: [{}, {}] });
	await t.rejects(new SourceStore(common).fetch('no-such'), { name: 'PackageError', message: /no-such/ });
	const archive = fetched.description.replace('.dsc', '.tar.gz');
	writeFileSync(archive, 'something else');
	await t.rejects(new SourceStore(common).fetch('thing'), {
		message: /thing_1\.0\.tar\.gz, of the source of thing, is not the one in/,
		hint: /run the command again/,
	});
	t.notOk(existsSync(archive), 'what is damaged is removed');
	await new SourceStore(common).fetch('thing');
	t.ok(existsSync(archive), 'and fetched again');

	makeMirror({ thing: '1.1' });
	t.match(await new SourceStore(common).fetch('thing'), { version: '1.0' }, 'what is in the cache stays');
	rmSync(path.join(cache, 'sources'), { recursive: true });
	await t.rejects(
		new SourceStore({ ...common, locked: true }).fetch('thing'),
		/no longer has the source of thing 1\.0/,
	);
	t.match(await new SourceStore(common).fetch('thing'), { version: '1.1' });
	t.match(text(), /the archive has dropped the source of thing 1\.0: using 1\.1/);
	const lock = readFileSync(lockFile, 'utf8');
	writeFileSync(lockFile, lock.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'0'.repeat(64)}"`));
	await t.rejects(new SourceStore(common).fetch('thing'), PackageError);
	const nowhere = { ...common, mirror: `file:${scratch}/nowhere`, cache: path.join(scratch, 'cache2') };
	await t.rejects(new SourceStore(nowhere).fetch('thing'), /no package index/);
});
