import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { sysroot } from '../../../tools/build/cc.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const program = `#include <assert.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#error these are the headers of another library
#endif
int twice(int);
static void *in_thread(void *argument) { return (void *)(long)twice((int)(long)argument); }
__attribute__((constructor)) static void begin(void) { printf("begin "); }
static void end(void) { printf("end\\n"); fflush(stdout); }
int main(int argc, char **argv)
{
	pthread_t thread;
	void *result;
	char text[64];

	atexit(end);
	pthread_create(&thread, NULL, in_thread, (void *)21L);
	pthread_join(thread, &result);
	snprintf(text, sizeof(text), "%ld %.3f %s %d", (long)result, sqrt(2.0), strrchr(argv[0], '/') + 1, argc);
	printf("%s ", text);
#define NDEBUG
#include <assert.h>
	assert(argc < 0);
#undef NDEBUG
#include <assert.h>
	assert(argc == 2);
	return errno = 0;
}
`;
const library = '#include <stdlib.h>\nint twice(int n) { return abs(2 * n); }\n';

export const compilerCases = defineCases([
	{
		id: '5.3/compiler',
		title: 'sources from elsewhere compile: static, dynamic, at a fixed address, with a shared library of their own',
		tier: 'quick',
		run: async (vm, t) => {
			const forms = {
				dynamic: ['program.c', 'library.c', '-lm', '-pthread'],
				fixed: ['-no-pie', 'program.c', 'library.c', '-lm', '-lpthread'],
				static: ['-static', 'program.c', 'library.c', '-lm', '-ldl', '-lrt'],
				optimised: ['-O3', '-flto', '-fstack-protector-strong', 'program.c', 'library.c', '-lm'],
				shared: ['program.c', '-L.', '-ltwice', '-Wl,-rpath,$ORIGIN', '-lm', '-Wl,-z,now'],
			};
			t.plan(2 * Object.keys(forms).length + 2);
			const cc = path.join(sysroot('debug'), 'bin', 'imposos-cc');
			writeFileSync(path.join(t.scratch, 'program.c'), program);
			writeFileSync(path.join(t.scratch, 'library.c'), library);
			const compile = (args: readonly string[]) =>
				execa(cc, ['-Wall', '-Wextra', '-Werror', ...args], { cwd: t.scratch, reject: false, all: true });
			const made = await compile(['-shared', '-fPIC', '-o', 'libtwice.so', 'library.c']);
			t.equal(made.all, '', 'a library compiles');
			await vm.sh('mkdir -p /tmp/compiled');
			await vm.putFile('/tmp/compiled/libtwice.so', readFileSync(path.join(t.scratch, 'libtwice.so')), 0o755);
			for (const [name, args] of Object.entries(forms)) {
				const { all } = await compile(['-O2', '-o', name, ...args]);
				t.equal(all, '', `${name}: it compiles`);
				await vm.putFile(`/tmp/compiled/${name}`, readFileSync(path.join(t.scratch, name)), 0o755);
				const { stdout, stderr } = await vm.exec([`/tmp/compiled/${name}`, 'x'], { signal: t.signal });
				t.equal(`${stdout}${stderr}`, `begin 42 1.414 ${name} 2 end\n`, `${name}: it runs`);
			}
			const needed = await vm.sh('ldd /tmp/compiled/shared; rm -r /tmp/compiled', { signal: t.signal });
			t.match(
				needed.stdout,
				/libtwice\.so => \/tmp\/compiled\/libtwice\.so[\s\S]*libc\.so => \/lib\/ld-imposos\.so\.1/,
				'it uses both libraries',
			);
		},
	},
]);
