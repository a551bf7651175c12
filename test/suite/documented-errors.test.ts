import t from 'tap';
import { answeredCalls } from '../../tools/suite/call-arguments.js';
import {
	errorsOfPage,
	errorTables,
	idleExcuses,
	missingErrors,
	parseErrors,
	parseExcuses,
} from '../../tools/suite/documented-errors.js';

t.test('the table of documented errors has every call that answers, and no other', async (t) => {
	const { documented } = errorTables();
	t.strictSame(
		[...documented.keys()].sort(),
		answeredCalls()
			.map(({ name }) => name)
			.sort(),
	);
});

t.test('what is excused is documented, and excused once', async (t) => {
	const { documented, excuses } = errorTables();
	const pairs = excuses.map(({ call, error }) => `${call} ${error}`);
	t.strictSame(
		excuses.filter(({ call, error }) => !documented.get(call)?.has(error)),
		[],
	);
	t.strictSame(
		pairs.filter((pair, index) => pairs.indexOf(pair) !== index),
		[],
	);
});

t.test('an error that is neither provoked nor excused is missing, one that is both is an idle excuse', async (t) => {
	const documented = parseErrors('# a comment\nread EBADF EIO EINTR\npause\n');
	const excuses = parseExcuses('= no such disk\nEIO read\nEINTR read\n');
	const provoked = new Map([['read', new Set(['EINTR'])]]);
	t.strictSame(missingErrors(documented, excuses, provoked), ['read EBADF']);
	t.strictSame(idleExcuses(excuses, provoked), ['read EINTR']);
});

t.test('an excuse without a reason and a line that is none are refused', async (t) => {
	t.throws(() => parseExcuses('EIO read\n'), /expected ERROR CALL/);
	t.throws(() => parseErrors('read: EIO\n'), /expected CALL ERROR/);
});

t.test('a page’s errors are those that its section has entries for', async (t) => {
	const page = [
		'.SH DESCRIPTION',
		'.TP',
		'.B EPERM',
		'.SH ERRORS',
		'.TP',
		'.BR EAGAIN " or " EWOULDBLOCK',
		'text of',
		'.B EIO',
		'.TP',
		'.B EBADF',
		'.SH NOTES',
		'.TP',
		'.B ENOSYS',
	].join('\n');
	t.strictSame([...errorsOfPage(page)], ['EAGAIN', 'EBADF']);
});
