import t from 'tap';
import { ImageError } from '../../tools/errors.js';
import { RootTree, splitPath } from '../../tools/image/tree.js';
import { file, folder, link } from './nodes.js';

t.test('a tree follows links among the parents, merges directories and keeps hard links', async (t) => {
	const tree = new RootTree(7);
	tree.add('/usr/bin', folder());
	tree.add('/bin', link('usr/bin'));
	const cat = file('cat');
	tree.add('/bin/cat', cat);
	t.equal(tree.find('/usr/bin/cat'), cat, 'a name below a link lands where it points');
	tree.add('/usr/bin', folder(0o700));
	t.equal(tree.find('/usr/bin')?.mode, 0o700, 'the newcomer decides the mode');
	t.equal(tree.find('/bin/cat'), cat, 'what was there stays');
	tree.add('/bin', folder());
	t.equal(tree.find('/bin', false)?.type, 'symlink', 'a directory does not replace a link to one');
	tree.add('/usr/bin/dog', cat);
	const nodes = [...tree.entries()].filter(([, node]) => node === cat).map(([name]) => name);
	t.strictSame(nodes, ['/usr/bin/cat', '/usr/bin/dog']);
	t.equal(tree.find('/a/b'), undefined);
	tree.add('/a/b/c', file());
	t.equal(tree.find('/a')?.mtime, 1, 'parents are made');
	t.ok(tree.remove('/a/b'));
	t.notOk(tree.remove('/a/b'));
	t.notOk(tree.remove('/'));
	t.strictSame(splitPath('/a/../../b/./c/'), ['b', 'c']);
});

t.test('a tree settles collisions as told', async (t) => {
	const tree = new RootTree(0);
	const first = file('first');
	tree.add('/x', first);
	t.equal(tree.add('/x', file('second'), 'keep'), first);
	t.throws(() => tree.add('/x', file(), 'refuse'), ImageError);
	const aside = file('aside');
	tree.add('/x', aside, (name) => `/elsewhere${name}`);
	t.equal(tree.find('/elsewhere/x'), aside);
	t.equal(tree.find('/x'), first);
	t.equal(
		tree.add('/x', file(), () => undefined),
		first,
	);
	tree.add('/x', aside);
	t.equal(tree.find('/x'), aside);
	tree.add('/folder', folder());
	t.throws(() => tree.add('/folder', file()), /is a directory/);
	t.throws(() => tree.add('/x/y', file()), /not a directory/);
	t.throws(() => tree.add('/', file()), ImageError);
	tree.add('/loop', link('loop'));
	t.throws(() => tree.add('/loop/x', file()), /too many symbolic links/);
	t.equal(tree.find('/loop/x'), undefined);
});
