/**
 * @file mixer/base/spsc.h  Ring between one producer thread and one consumer
 * thread
 *
 * Carries pointers. Neither end blocks or allocates: push fails when full,
 * pop returns NULL when empty. Waking the other side (eventfd) is the
 * caller's business. The capacity is a power of two.
 */
#ifndef PARLEY_MIXER_BASE_SPSC_H
#define PARLEY_MIXER_BASE_SPSC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct spsc {
	_Alignas(64) _Atomic size_t head; /**< next to write, producer's */
	_Alignas(64) _Atomic size_t tail; /**< next to read, consumer's */
	size_t mask;
	void **slots; /**< caller's array of capacity entries */
};

/** Prepare a ring over slots[capacity]; capacity is a power of two */
static inline void spsc_init(struct spsc *q, void **slots, size_t capacity)
{
	atomic_init(&q->head, 0);
	atomic_init(&q->tail, 0);
	q->mask = capacity - 1;
	q->slots = slots;
}

/** Producer: append; false when full */
static inline bool spsc_push(struct spsc *q, void *item)
{
	size_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
	size_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);

	if (head - tail > q->mask)
		return false;

	q->slots[head & q->mask] = item;
	atomic_store_explicit(&q->head, head + 1, memory_order_release);

	return true;
}

/** Consumer: take the oldest; NULL when empty */
static inline void *spsc_pop(struct spsc *q)
{
	size_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
	size_t head = atomic_load_explicit(&q->head, memory_order_acquire);
	void *item;

	if (head == tail)
		return NULL;

	item = q->slots[tail & q->mask];
	atomic_store_explicit(&q->tail, tail + 1, memory_order_release);

	return item;
}

#endif
