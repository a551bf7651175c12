/* The log: which transactions are whole, and which of its blocks stand in for blocks of the volume. */
#include "fsck.h"

#include <stdlib.h>
#include <string.h>

/* Blocks that replay would write: open addressing, home to log block. home 0 is free, ~0 taken away. */
static struct replaced {
	uint32_t home, log;
	int escaped, dead;
} *table;
static uint32_t table_size;

static struct replaced *lookup(uint32_t home)
{
	uint32_t at = home * 2654435761u % table_size;

	while (table[at].log && table[at].home != home)
		at = at + 1 == table_size ? 0 : at + 1;
	return &table[at];
}

struct reader {
	struct volume *v;
	uint32_t at, left;
};

static int next(struct reader *r, void *block, uint32_t *at)
{
	if (r->left == 0)
		return 0;
	r->left--;
	*at = r->at;
	device_read(&r->v->device, block, BLOCK, (uint64_t)(r->v->super.journal_start + r->at) * BLOCK);
	r->at = r->at + 1 == r->v->super.journal_blocks ? 1 : r->at + 1;
	return 1;
}

struct tagged {
	uint32_t home, log;
	int escaped;
};

/* What one transaction changes; counted only when it is whole. */
struct transaction {
	struct tagged *blocks;
	uint32_t *revoked, nr_blocks, nr_revoked;
};

static int read_descriptor(struct reader *r, const uint8_t *block, uint32_t begin, struct transaction *t)
{
	static uint8_t data[BLOCK];
	const struct impfs_journal_header *head = (const void *)block;
	const struct impfs_journal_tag *tags = (const void *)(head + 1);

	if (head->type != IMPFS_JOURNAL_DESC || head->count > IMPFS_JOURNAL_TAGS)
		return 0;
	for (uint32_t i = 0; i < head->count; i++) {
		uint32_t magic = IMPFS_JOURNAL_MAGIC, at;

		if (!next(r, data, &at) || tags[i].block >= r->v->blocks)
			return 0;
		if (tags[i].flags & IMPFS_TAG_ESCAPED)
			memcpy(data, &magic, 4);
		if (crc32c(begin, data, BLOCK) != tags[i].checksum)
			return 0;
		t->blocks[t->nr_blocks++] = (struct tagged){ tags[i].block, at, (tags[i].flags & IMPFS_TAG_ESCAPED) != 0 };
	}
	return 1;
}

static int read_transaction(struct reader *r, uint64_t sequence, struct transaction *t)
{
	static uint8_t block[BLOCK];
	const struct impfs_journal_header *head = (const void *)block;
	uint32_t begin = crc_sequence(r->v->seed, sequence), at, first = r->left;

	t->nr_blocks = t->nr_revoked = 0;
	while (next(r, block, &at)) {
		if (head->magic != IMPFS_JOURNAL_MAGIC || head->sequence != sequence || !tail_ok(block, begin))
			return 0;
		if (head->type == IMPFS_JOURNAL_COMMIT)
			return head->count == first - r->left - 1;
		if (head->type == IMPFS_JOURNAL_REVOKE) {
			if (head->count > IMPFS_JOURNAL_REVOKES)
				return 0;
			t->revoked = must_have(realloc(t->revoked, (t->nr_revoked + head->count + 1) * sizeof(uint32_t)));
			memcpy(t->revoked + t->nr_revoked, head + 1, head->count * sizeof(uint32_t));
			t->nr_revoked += head->count;
		} else if (!read_descriptor(r, block, begin, t)) {
			return 0;
		}
	}
	return 0;
}

const char *journal_scan(struct volume *v, unsigned *transactions)
{
	struct impfs_journal_super j;
	struct transaction t = { 0 };
	struct reader r = { .v = v, .left = v->super.journal_blocks - 1 };

	*transactions = 0;
	device_read(&v->device, &j, sizeof(j), (uint64_t)v->super.journal_start * BLOCK);
	if (j.magic != IMPFS_JOURNAL_MAGIC || j.type != IMPFS_JOURNAL_SUPER)
		return "the journal has no magic number";
	if (crc32c(~0u, &j, offsetof(struct impfs_journal_super, checksum)) != j.checksum)
		return "the journal super has a wrong checksum";
	if (j.blocks != v->super.journal_blocks || j.head < 1 || j.head >= j.blocks || j.sequence < 1 ||
	    j.sequence > IMPFS_JOURNAL_SEQUENCE_MAX)
		return "the journal super has impossible values";
	r.at = j.head;
	table_size = 2 * j.blocks + 1;
	table = must_have(calloc(table_size, sizeof(*table)));
	t.blocks = must_have(calloc(j.blocks, sizeof(*t.blocks)));
	for (uint64_t sequence = j.sequence; read_transaction(&r, sequence, &t); sequence++) {
		for (uint32_t i = 0; i < t.nr_blocks; i++)
			*lookup(t.blocks[i].home) = (struct replaced){ t.blocks[i].home, t.blocks[i].log, t.blocks[i].escaped, 0 };
		for (uint32_t i = 0; i < t.nr_revoked; i++)
			if (lookup(t.revoked[i])->log)
				lookup(t.revoked[i])->dead = 1;
		++*transactions;
	}
	free(t.blocks);
	free(t.revoked);
	return NULL;
}

void block_read(struct volume *v, uint32_t block, void *into)
{
	const struct replaced *r = table ? lookup(block) : NULL;
	uint32_t magic = IMPFS_JOURNAL_MAGIC;

	if (!r || !r->log || r->dead) {
		device_read(&v->device, into, BLOCK, (uint64_t)block * BLOCK);
		return;
	}
	device_read(&v->device, into, BLOCK, (uint64_t)(v->super.journal_start + r->log) * BLOCK);
	if (r->escaped)
		memcpy(into, &magic, 4);
}

int tail_ok(const void *block, uint32_t seed)
{
	uint32_t stored;

	memcpy(&stored, (const uint8_t *)block + IMPFS_CSUM_OFFSET, 4);
	return crc32c(seed, block, IMPFS_CSUM_OFFSET) == stored;
}
