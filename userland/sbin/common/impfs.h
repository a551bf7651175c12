/*
 * What the programs for impfs volumes share: the device, checksums, the hash of names. The format is abi/impfs.h's.
 * Functions that can fail end the program with a message: there is nothing to go on with.
 */
#ifndef SBIN_IMPFS_H
#define SBIN_IMPFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <abi/impfs.h>

#define BLOCK IMPFS_BLOCK_SIZE

/* An open device or image. Offsets and sizes in bytes. */
struct device {
	const char *name;
	int fd;
	uint64_t size;
};

void device_open(struct device *d, const char *name, int flags);
void device_read(const struct device *d, void *into, size_t n, uint64_t at);
void device_write(const struct device *d, const void *from, size_t n, uint64_t at);
/* Whether the file or device is mounted. */
int device_mounted(const struct device *d);

uint32_t crc32c(uint32_t crc, const void *data, size_t n);
/* Goes on with 32-bit words. */
uint32_t crc_word(uint32_t crc, uint32_t word);
uint32_t crc_sequence(uint32_t crc, uint64_t sequence);
uint32_t owner_seed(uint32_t seed, uint32_t ino, uint32_t generation, uint32_t block);
/* The lowest key of the bucket that a name belongs to. */
uint32_t bucket_key(const uint32_t hash_seed[2], const void *name, uint32_t length);

/* Message and errno's text on standard error, then the exit status of mkfs and fsck for trouble. */
void fail(int status, const char *format, ...) __attribute__((__format__(__printf__, 2, 3), __noreturn__));
void *must_have(void *memory);

#endif
