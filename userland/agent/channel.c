/*
 * channel.c - requests of the host, each on its own channel.
 *
 * A channel lives from its request to its last reply. A transfer or a program moves bytes only
 * within the credit that the receiving side gave, and output only while the link has room, so memory
 * is bounded: each program holds at most TP_INITIAL_CREDIT bytes of input.
 *
 * Descriptors do not block, so channels_run() tries instead of looking at what poll() returned.
 */
#include "agent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum state { FREE, COLLECTING, RUNNING, PUTTING, GETTING };

struct channel {
	enum state state;
	uint16_t id;

	struct program_request request;	/* COLLECTING */
	size_t collected;

	struct program program;		/* RUNNING */
	int ended;			/* it has been reaped: status is set */
	int status;
	uint8_t *input;			/* ring of TP_INITIAL_CREDIT bytes on its way to standard input */
	size_t input_start, input_length;
	int input_eof;
	uint32_t credit[3];		/* what we may still send, by stream */

	struct transfer *transfer;	/* PUTTING, GETTING */
	uint32_t file_credit;
};

static struct channel table[MAX_CHANNELS];

void reply(uint16_t channel, int error, const void *body, size_t length)
{
	uint8_t result[TP_MAX_BODY];

	put32(result, (uint32_t)error);
	if (length)
		memcpy(result + 4, body, length);
	link_send(TP_RESULT, 0, channel, result, 4 + length);
}

static struct channel *find(uint16_t id)
{
	for (size_t i = 0; i < MAX_CHANNELS; i++)
		if (table[i].state != FREE && table[i].id == id)
			return &table[i];
	return NULL;
}

static struct channel *claim(uint16_t id)
{
	for (size_t i = 0; i < MAX_CHANNELS; i++) {
		if (table[i].state == FREE) {
			memset(&table[i], 0, sizeof(table[i]));
			table[i].id = id;
			table[i].program.in = table[i].program.out = table[i].program.err = -1;
			return &table[i];
		}
	}
	return NULL;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);	/* pipes and terminals have nothing left to report */
	*fd = -1;
}

static void close_input(struct channel *c)
{
	if (c->program.in >= 0 && !c->program.terminal)
		close_fd(&c->program.in);
	c->program.in = -1;
	c->input_length = 0;
}

/* Gives everything back; a program still running is killed with its group and reaped by the loop. */
static void release(struct channel *c)
{
	if (c->state == RUNNING) {
		close_input(c);
		close_fd(&c->program.out);
		close_fd(&c->program.err);
		if (!c->ended) {
			(void)kill(-c->program.pid, SIGKILL);	/* it may have ended by itself */
			(void)kill(c->program.pid, SIGKILL);
		}
	}
	free(c->request.strings);
	free(c->input);
	if (c->transfer)
		(void)transfer_finish(c->transfer);		/* abandoned: nobody is left to tell */
	c->state = FREE;
}

void channels_reset(void)
{
	for (size_t i = 0; i < MAX_CHANNELS; i++)
		if (table[i].state != FREE)
			release(&table[i]);
}

static void grant(const struct channel *c, uint8_t stream, size_t bytes)
{
	uint8_t body[4];

	put32(body, (uint32_t)bytes);
	link_send(TP_CREDIT, stream, c->id, body, sizeof(body));
}

/* Programs */

static void start(struct channel *c)
{
	uint8_t body[4];
	int error = program_start(&c->program, &c->request);

	free(c->request.strings);
	c->request.strings = NULL;
	if (!error) {
		c->input = malloc(TP_INITIAL_CREDIT);
		if (!c->input)
			die("out of memory");
		for (size_t i = 0; i < 3; i++)
			c->credit[i] = TP_INITIAL_CREDIT;
		c->state = RUNNING;
		put32(body, (uint32_t)c->program.pid);
		link_send(TP_STARTED, 0, c->id, body, sizeof(body));
	} else {
		reply(c->id, error, NULL, 0);
		release(c);
	}
}

static void exec_request(uint16_t id, const uint8_t *body, size_t length)
{
	if (length < TP_EXEC_BODY) {
		reply(id, EINVAL, NULL, 0);
		return;
	}
	struct program_request request = {
		.flags = get32(body), .uid = get32(body + 4), .gid = get32(body + 8),
		.rows = get16(body + 12), .columns = get16(body + 14),
		.argc = get32(body + 16), .envc = get32(body + 20), .length = get32(body + 24),
	};
	if (request.length > TP_EXEC_MAX_STRINGS || request.argc > request.length || request.envc > request.length) {
		reply(id, E2BIG, NULL, 0);
		return;
	}
	struct channel *c = claim(id);
	if (c)
		request.strings = malloc(request.length + 1);
	if (!c || !request.strings) {
		reply(id, c ? ENOMEM : EAGAIN, NULL, 0);
		return;
	}
	c->request = request;
	c->state = COLLECTING;
}

static void exec_part(struct channel *c, const uint8_t *body, size_t length)
{
	if (c->state != COLLECTING)
		return;
	if (length > c->request.length - c->collected)
		length = c->request.length - c->collected;
	memcpy(c->request.strings + c->collected, body, length);
	c->collected += length;
	if (c->collected == c->request.length)
		start(c);
}

static void take_input(struct channel *c, const uint8_t *body, size_t length)
{
	if (c->program.in < 0) {
		grant(c, TP_STDIN, length);	/* nobody reads any more: the bytes are gone, as in a pipe */
		return;
	}
	for (size_t i = 0; i < length && c->input_length < TP_INITIAL_CREDIT; i++)
		c->input[(c->input_start + c->input_length++) % TP_INITIAL_CREDIT] = body[i];
}

static void feed(struct channel *c)
{
	size_t granted = 0;

	while (c->input_length) {
		size_t run = TP_INITIAL_CREDIT - c->input_start;
		if (run > c->input_length)
			run = c->input_length;
		ssize_t n = write(c->program.in, c->input + c->input_start, run);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			granted += c->input_length;
			close_input(c);
			break;
		}
		c->input_start = (c->input_start + (size_t)n) % TP_INITIAL_CREDIT;
		c->input_length -= (size_t)n;
		granted += (size_t)n;
	}
	if (granted)
		grant(c, TP_STDIN, granted);
	if (!c->input_length && c->input_eof) {
		c->input_eof = 0;
		if (!c->program.terminal)
			close_input(c);
	}
}

static void send_eof(const struct channel *c, uint8_t stream, int error)
{
	uint8_t body[4];

	put32(body, (uint32_t)error);
	link_send(TP_EOF, stream, c->id, body, sizeof(body));
}

static void input_ended(struct channel *c)
{
	if (c->program.terminal) {
		const uint8_t end_of_file = 4;	/* VEOF of a new terminal */
		take_input(c, &end_of_file, 1);
	}
	c->input_eof = 1;
	feed(c);
}

/* Returns 1 if there may be more at once. */
static int pump(struct channel *c, uint8_t stream, int *fd)
{
	uint8_t bytes[TP_MAX_BODY];
	size_t want = c->credit[stream] < sizeof(bytes) ? c->credit[stream] : sizeof(bytes);

	if (*fd < 0 || !want || !link_has_room())
		return 0;
	ssize_t n = read(*fd, bytes, want);
	if (n > 0) {
		c->credit[stream] -= (uint32_t)n;
		link_send(TP_DATA, stream, c->id, bytes, (size_t)n);
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* EIO is how a terminal says that its last user has gone. */
	send_eof(c, stream, n < 0 && !(c->program.terminal && errno == EIO) ? errno : 0);
	if (c->program.terminal)
		c->program.in = -1;
	close_fd(fd);
	return 0;
}

/* Nothing to read right now? Asked of programs that have ended, whose descendants may hold the pipe. */
static int drained(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return fd < 0 || (poll(&p, 1, 0) == 0);
}

static void finish_if_done(struct channel *c)
{
	uint8_t body[8];

	if (!c->ended || !drained(c->program.out) || !drained(c->program.err))
		return;
	put32(body, WIFEXITED(c->status) ? (uint32_t)WEXITSTATUS(c->status) : 0);
	put32(body + 4, WIFSIGNALED(c->status) ? (uint32_t)WTERMSIG(c->status) : 0);
	link_send(TP_EXIT, 0, c->id, body, sizeof(body));
	release(c);
}

static void reap(void)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0)
			return;
		for (size_t i = 0; i < MAX_CHANNELS; i++) {
			if (table[i].state == RUNNING && !table[i].ended && table[i].program.pid == pid) {
				table[i].ended = 1;
				table[i].status = status;
				close_input(&table[i]);
			}
		}
	}
}

static void kill_program(const struct channel *c, const uint8_t *body, size_t length)
{
	if (length < 8 || c->state != RUNNING || c->ended)
		return;
	int group = (get32(body + 4) & TP_KILL_GROUP) != 0;
	(void)kill(group ? -c->program.pid : c->program.pid, (int)get32(body));	/* its EXIT tells */
}

static void resize(const struct channel *c, const uint8_t *body, size_t length)
{
	if (length < 4 || c->state != RUNNING || !c->program.terminal || c->program.out < 0)
		return;
	struct winsize size = {.ws_row = get16(body), .ws_col = get16(body + 2)};
	(void)ioctl(c->program.out, TIOCSWINSZ, &size);	/* a hint: nothing depends on it */
}

/* Files */

static char *path_of(const uint8_t *body, size_t length, size_t offset, char *path)
{
	if (length <= offset || memchr(body + offset, 0, length - offset))
		return NULL;
	memcpy(path, body + offset, length - offset);
	path[length - offset] = 0;
	return path;
}

static void put_request(uint16_t id, const uint8_t *body, size_t length)
{
	char path[TP_MAX_BODY + 1];
	struct channel *c = NULL;
	int error = path_of(body, length, 12, path) ? 0 : EINVAL;

	if (!error && !(c = claim(id)))
		error = EAGAIN;
	if (!error)
		error = transfer_put(&c->transfer, path, get32(body));
	if (error) {
		reply(id, error, NULL, 0);
		return;
	}
	c->state = PUTTING;
}

static void put_data(struct channel *c, const uint8_t *body, size_t length)
{
	int error = transfer_write(c->transfer, body, length);

	if (error) {
		reply(c->id, error, NULL, 0);
		release(c);
		return;
	}
	grant(c, TP_FILE, length);
}

static void put_end(struct channel *c)
{
	int error = transfer_finish(c->transfer);

	c->transfer = NULL;
	reply(c->id, error, NULL, 0);
	release(c);
}

static void get_request(uint16_t id, const uint8_t *body, size_t length)
{
	char path[TP_MAX_BODY + 1];
	struct channel *c = NULL;
	uint32_t mode = 0;
	uint64_t size = 0;
	int error = path_of(body, length, 0, path) ? 0 : EINVAL;

	if (!error && !(c = claim(id)))
		error = EAGAIN;
	if (!error)
		error = transfer_get(&c->transfer, path, &mode, &size);
	if (error) {
		reply(id, error, NULL, 0);
		return;
	}
	uint8_t answer[12];
	put32(answer, mode);
	put64(answer + 4, size);
	reply(id, 0, answer, sizeof(answer));
	c->file_credit = TP_INITIAL_CREDIT;
	c->state = GETTING;
}

static void get_more(struct channel *c)
{
	while (c->file_credit && link_has_room()) {
		uint8_t bytes[TP_MAX_BODY];
		size_t want = c->file_credit < sizeof(bytes) ? c->file_credit : sizeof(bytes);
		size_t got;
		int error = transfer_read(c->transfer, bytes, want, &got);
		if (error || got == 0) {
			send_eof(c, TP_FILE, error);
			release(c);
			return;
		}
		link_send(TP_DATA, TP_FILE, c->id, bytes, got);
		c->file_credit -= (uint32_t)got;
	}
}

static void add_credit(struct channel *c, uint8_t stream, const uint8_t *body, size_t length)
{
	if (length < 4)
		return;
	if (c->state == GETTING && stream == TP_FILE)
		c->file_credit += get32(body);
	else if (c->state == RUNNING && (stream == TP_STDOUT || stream == TP_STDERR))
		c->credit[stream] += get32(body);
}

/* Dispatch */

static void ping(uint16_t id)
{
	uint8_t body[16];

	put32(body, TP_VERSION);
	put32(body + 4, (uint32_t)getpid());
	put64(body + 8, monotonic_ns());
	reply(id, 0, body, sizeof(body));
}

static void simple_request(uint8_t kind, uint16_t id, const uint8_t *body, size_t length)
{
	char path[TP_MAX_BODY + 1];
	int error = EINVAL;

	switch (kind) {
	case TP_MKDIR:
		if (path_of(body, length, 4, path))
			error = make_directories(path, get32(body));
		break;
	case TP_SET_CLOCK:
		if (length >= 12)
			error = system_set_clock(get64(body), get32(body + 8));
		break;
	case TP_RESEED:
		error = system_reseed(body, length);
		break;
	case TP_SYNC:
		sync();
		error = 0;
		break;
	case TP_POWEROFF:
		if (length >= 4)
			error = system_power(get32(body));
		break;
	default:
		error = ENOSYS;
		break;
	}
	reply(id, error, NULL, 0);
}

static void channel_message(struct channel *c, uint8_t kind, uint8_t stream, const uint8_t *body, size_t length)
{
	switch (kind) {
	case TP_EXEC_PART:
		exec_part(c, body, length);
		break;
	case TP_KILL:
		kill_program(c, body, length);
		break;
	case TP_WINDOW_SIZE:
		resize(c, body, length);
		break;
	case TP_CLOSE:
		release(c);
		break;
	case TP_CREDIT:
		add_credit(c, stream, body, length);
		break;
	case TP_DATA:
		if (c->state == RUNNING && stream == TP_STDIN)
			take_input(c, body, length);
		else if (c->state == PUTTING)
			put_data(c, body, length);
		break;
	case TP_EOF:
		if (c->state == RUNNING && stream == TP_STDIN)
			input_ended(c);
		else if (c->state == PUTTING)
			put_end(c);
		break;
	}
}

void channels_message(const uint8_t *message, size_t length)
{
	uint8_t kind = message[0];
	uint16_t id = get16(message + 2);
	const uint8_t *body = message + TP_MESSAGE_HEADER;
	struct channel *c = find(id);

	length -= TP_MESSAGE_HEADER;
	if (kind == TP_PING)
		ping(id);
	else if (c)
		channel_message(c, kind, message[1], body, length);
	else if (kind == TP_EXEC)
		exec_request(id, body, length);
	else if (kind == TP_PUT)
		put_request(id, body, length);
	else if (kind == TP_GET)
		get_request(id, body, length);
	else if (kind == TP_MKDIR || (kind >= TP_SET_CLOCK && kind <= TP_POWEROFF))
		simple_request(kind, id, body, length);
	/* The rest is late traffic of a channel that has ended. */
}

/* The loop's side */

static size_t add(struct pollfd *fds, size_t count, int fd, short events)
{
	fds[count].fd = fd;
	fds[count].events = events;
	fds[count].revents = 0;
	return count + 1;
}

size_t channels_poll_set(struct pollfd *fds, size_t max)
{
	size_t count = 0;
	int room = link_has_room();

	for (size_t i = 0; i < MAX_CHANNELS && count + 3 <= max; i++) {
		struct channel *c = &table[i];
		if (c->state != RUNNING)
			continue;
		if (c->program.in >= 0 && c->input_length)
			count = add(fds, count, c->program.in, POLLOUT);
		if (c->program.out >= 0 && room && c->credit[TP_STDOUT])
			count = add(fds, count, c->program.out, POLLIN);
		if (c->program.err >= 0 && room && c->credit[TP_STDERR])
			count = add(fds, count, c->program.err, POLLIN);
	}
	return count;
}

void channels_run(void)
{
	static size_t first;	/* whoever was served first last time is served last now */

	reap();
	first++;
	for (size_t i = 0; i < MAX_CHANNELS; i++) {
		struct channel *c = &table[(first + i) % MAX_CHANNELS];
		if (c->state == RUNNING) {
			if (c->program.in >= 0 && (c->input_length || c->input_eof))
				feed(c);
			while (pump(c, TP_STDOUT, &c->program.out))
				continue;
			while (pump(c, TP_STDERR, &c->program.err))
				continue;
			finish_if_done(c);
		} else if (c->state == GETTING) {
			get_more(c);
		}
	}
}
