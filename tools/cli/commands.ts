import type { CommandModule } from 'yargs';
import { command as attach } from './attach.js';
import { command as bench } from './bench.js';
import { command as build } from './build.js';
import { command as cc } from './cc.js';
import { command as clean } from './clean.js';
import type { CommonOptions } from './command.js';
import { command as crash } from './crash.js';
import { command as debug } from './debug.js';
import { command as doctor } from './doctor.js';
import { command as exec } from './exec.js';
import { command as fsck } from './fsck.js';
import { command as image } from './image.js';
import { command as mkfs } from './mkfs.js';
import { command as create } from './new.js';
import { command as phases } from './phases.js';
import { command as ps } from './ps.js';
import { command as run } from './run.js';
import { command as screenshot } from './screenshot.js';
import { command as test } from './test.js';

// biome-ignore lint/suspicious/noExplicitAny: yargs' own type for a command whose options are known only to itself
export type AnyCommand = CommandModule<CommonOptions, any>;

/** Every command, in the order in which help lists them. */
export const commands: AnyCommand[] = [
	doctor,
	build,
	cc,
	run,
	exec,
	ps,
	attach,
	test,
	phases,
	debug,
	screenshot,
	image,
	mkfs,
	crash,
	fsck,
	bench,
	create,
	clean,
];
