/* Device access, checksums and the name hash for mkfs.impfs and fsck.impfs. */
#include "impfs.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

void fail(int status, const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
	exit(status);
}

void *must_have(void *memory)
{
	if (!memory)
		fail(8, "out of memory");
	return memory;
}

void device_open(struct device *d, const char *name, int flags)
{
	struct stat st;

	d->name = name;
	d->fd = open(name, flags | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st))
		fail(8, "%s", name);
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(d->fd, BLKGETSIZE64, &d->size))
			fail(8, "%s: its size cannot be had", name);
	} else if (S_ISREG(st.st_mode)) {
		d->size = (uint64_t)st.st_size;
	} else {
		errno = 0;
		fail(8, "%s: neither a disk nor a file", name);
	}
}

void device_read(const struct device *d, void *into, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(d->fd, (char *)into + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = 0;
		if (got <= 0)
			fail(8, "%s: cannot read at byte %llu", d->name, (unsigned long long)(at + done));
		done += (size_t)got;
	}
}

void device_write(const struct device *d, const void *from, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t put = pwrite(d->fd, (const char *)from + done, n - done, (off_t)(at + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			fail(8, "%s: cannot write at byte %llu", d->name, (unsigned long long)(at + done));
		done += (size_t)put;
	}
}

int device_mounted(const struct device *d)
{
	char line[1024];
	struct stat it, st;
	FILE *mounts = fopen("/proc/self/mounts", "r");
	int found = 0;

	if (!mounts || fstat(d->fd, &it))
		return 0;
	while (!found && fgets(line, sizeof(line), mounts)) {
		line[strcspn(line, " ")] = 0;
		found = line[0] == '/' && stat(line, &st) == 0 &&
			(S_ISBLK(it.st_mode) ? S_ISBLK(st.st_mode) && st.st_rdev == it.st_rdev : st.st_ino == it.st_ino && st.st_dev == it.st_dev);
	}
	fclose(mounts);
	return found;
}

/* ---- crc32c: reflected 0x82f63b78, no final inversion ---- */

static uint32_t table[256];

uint32_t crc32c(uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
			table[i] = c;
		}
	while (n--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 255];
	return crc;
}

uint32_t crc_word(uint32_t crc, uint32_t word)
{
	return crc32c(crc, &word, sizeof(word));
}

uint32_t crc_sequence(uint32_t crc, uint64_t sequence)
{
	return crc32c(crc, &sequence, sizeof(sequence));
}

uint32_t owner_seed(uint32_t seed, uint32_t ino, uint32_t generation, uint32_t block)
{
	return crc_word(crc_word(crc_word(seed, ino), generation), block);
}

/* ---- HalfSipHash-1-3 ---- */

static uint32_t rotate(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void sip_round(uint32_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 5) ^ v[0];
	v[0] = rotate(v[0], 16);
	v[2] += v[3];
	v[3] = rotate(v[3], 8) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 7) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 13) ^ v[2];
	v[2] = rotate(v[2], 16);
}

uint32_t bucket_key(const uint32_t hash_seed[2], const void *name, uint32_t length)
{
	uint32_t v[4] = { hash_seed[0], hash_seed[1], 0x6c796765u ^ hash_seed[0], 0x74656462u ^ hash_seed[1] };
	const uint8_t *s = name;
	uint32_t left = length, word, bucket;

	for (; left >= 4; left -= 4, s += 4) {
		memcpy(&word, s, 4);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = length << 24;
	for (uint32_t i = 0; i < left; i++)
		word |= (uint32_t)s[i] << (8 * i);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	bucket = (v[1] ^ v[3]) >> 8;
	bucket = bucket < IMPFS_BUCKET_MIN ? IMPFS_BUCKET_MIN : bucket > IMPFS_BUCKET_MAX ? IMPFS_BUCKET_MAX : bucket;
	return bucket << IMPFS_KEY_SHIFT;
}
