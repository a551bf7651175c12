/** What every error of the workshop can carry beside its message. */
export interface WorkshopErrorOptions {
	/** What went wrong underneath. */
	cause?: unknown;
	/** What to do next, one line, without a full stop. */
	hint?: string;
	/** Path of the log that tells more. */
	log?: string;
	/** Exit status of the command that fails with this error. */
	exitCode?: number;
}

/**
 * An expected failure: it is printed as one line and a hint, without a stack.
 * Anything else that reaches the command line is a defect of the workshop.
 */
export class WorkshopError extends Error {
	/** Stage that failed, for scripts and reports: `build`, `image`, `boot`, ... */
	readonly code: string;
	readonly hint: string | undefined;
	readonly log: string | undefined;
	readonly exitCode: number;

	constructor(message: string, options: WorkshopErrorOptions = {}, code = 'workshop') {
		super(message, 'cause' in options ? { cause: options.cause } : undefined);
		this.name = new.target.name;
		this.code = code;
		this.hint = options.hint;
		this.log = options.log;
		this.exitCode = options.exitCode ?? 1;
	}
}

/** The command line, or a file a person wrote, asks for something that does not exist. Exit status 2. */
export class UsageError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, { exitCode: 2, ...options }, 'usage');
	}
}

/** A host tool is missing or unsuitable. */
export class ToolError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(
			message,
			{ hint: 'imposos doctor names what is missing, imposos doctor --install brings it', ...options },
			'tool',
		);
	}
}

/** Compiling or linking failed. */
export class BuildError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'build');
	}
}

/** An image or filesystem could not be made, read or checked. */
export class ImageError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'image');
	}
}

/** A package could not be resolved, fetched or unpacked. */
export class PackageError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'package');
	}
}

/** This host cannot do what something is compared with. */
export class HostError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'host');
	}
}

/** A machine did not start, or did not reach its prompt or agent. */
export class BootError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'boot');
	}
}

/** The guest panicked, or a program in it failed. */
export class GuestFailure extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'guest');
	}
}

/** Something did not end within its time limit. */
export class TimeoutError extends WorkshopError {
	constructor(message: string, options: WorkshopErrorOptions = {}) {
		super(message, options, 'timeout');
	}
}

/** The user interrupted the command. */
export class InterruptError extends WorkshopError {
	readonly signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP';

	constructor(signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
		const number = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signalName];
		super('interrupted', { exitCode: 128 + number }, 'interrupt');
		this.signalName = signalName;
	}
}
