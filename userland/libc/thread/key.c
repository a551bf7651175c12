/*
 * Thread-specific values. A key's sequence is odd while it exists and changes with every creation and
 * deletion, so that values of an older key of the same number are not taken for its own.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include "thread.h"

#define ROUNDS 4		/* PTHREAD_DESTRUCTOR_ITERATIONS */

static struct key {
	volatile unsigned sequence;
	void (*destructor)(void *);
} keys[KEYS_MAX];
static volatile int lock;

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	int error = EAGAIN;

	__lock(&lock);
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (!(keys[i].sequence & 1)) {
			keys[i].destructor = destructor;
			keys[i].sequence++;
			*key = i;
			error = 0;
			break;
		}
	__unlock(&lock);
	return error;
}

int pthread_key_delete(pthread_key_t key)
{
	int error = EINVAL;

	__lock(&lock);
	if (key < KEYS_MAX && keys[key].sequence & 1) {
		keys[key].sequence++;
		error = 0;
	}
	__unlock(&lock);
	return error;
}

static struct key_value *value_of(struct thread *self, pthread_key_t key, int make)
{
	struct key_value **block;

	if (key < KEYS_BLOCK)
		return &self->first_keys[key];
	block = &self->key_blocks[key / KEYS_BLOCK];
	if (!*block && make)
		*block = calloc(KEYS_BLOCK, sizeof(**block));
	return *block ? *block + key % KEYS_BLOCK : NULL;
}

void *pthread_getspecific(pthread_key_t key)
{
	struct key_value *value = key < KEYS_MAX ? value_of(thread_self(), key, 0) : NULL;

	return value && value->sequence == keys[key].sequence ? value->value : NULL;
}

int pthread_setspecific(pthread_key_t key, const void *set)
{
	struct thread *self = thread_self();
	struct key_value *value;

	if (key >= KEYS_MAX || !(keys[key].sequence & 1))
		return EINVAL;
	value = value_of(self, key, set != NULL);
	if (!value)
		return set ? ENOMEM : 0;
	value->sequence = keys[key].sequence;
	value->value = (void *)set;
	if (set)
		self->has_keys = 1;
	return 0;
}

/* Destructors may set values again: those are given to them a few times more. */
void __run_key_destructors(void)
{
	struct thread *self = thread_self();

	for (int round = 0; round < ROUNDS && self->has_keys; round++) {
		self->has_keys = 0;
		for (unsigned i = 0; i < KEYS_MAX; i++) {
			struct key_value *value;
			void (*destructor)(void *);
			void *old;

			if (i >= KEYS_BLOCK && !self->key_blocks[i / KEYS_BLOCK]) {
				i |= KEYS_BLOCK - 1;
				continue;
			}
			value = value_of(self, i, 0);
			old = value->value;
			destructor = keys[i].destructor;
			if (!old || value->sequence != keys[i].sequence)
				continue;
			value->value = NULL;
			if (destructor)
				destructor(old);
		}
	}
	for (unsigned i = 1; i < KEYS_MAX / KEYS_BLOCK; i++) {
		free(self->key_blocks[i]);
		self->key_blocks[i] = NULL;
	}
}
