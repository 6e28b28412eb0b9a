/**
 * @file mixer/net/port_pairs.c  Which pairs of ports of the range are free
 */
#include <errno.h>
#include "mixer/base/re.h"
#include "mixer/net/port_pairs.h"


struct port_pairs {
	size_t size, head, count;
	uint16_t ring[]; /**< even ports; `count` from `head` on are free */
};


/** Fisher and Yates; what modulo prefers is a port in 2^16 */
static void shuffle(uint16_t ports[], size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = rand_u32() % i;
		uint16_t port = ports[i - 1];

		ports[i - 1] = ports[k];
		ports[k] = port;
	}
}


int port_pairs_alloc(struct port_pairs **pp, uint16_t min, uint16_t max)
{
	struct port_pairs *p;
	size_t size;

	if (!pp || min & 1 || max <= min)
		return EINVAL;

	size = (max - min + 1u) / 2;
	p = mem_zalloc(sizeof(*p) + size * sizeof(p->ring[0]), NULL);
	if (!p)
		return ENOMEM;

	p->size = p->count = size;
	for (size_t i = 0; i < size; i++)
		p->ring[i] = (uint16_t)(min + 2 * i);

	shuffle(p->ring, size);
	*pp = p;

	return 0;
}


uint16_t port_pairs_take(struct port_pairs *p)
{
	uint16_t port;

	if (!p || !p->count)
		return 0;

	port = p->ring[p->head];
	p->head = (p->head + 1) % p->size;
	p->count--;

	return port;
}


void port_pairs_give(struct port_pairs *p, uint16_t port)
{
	if (!p || p->count == p->size)
		return;

	p->ring[(p->head + p->count++) % p->size] = port;
}


size_t port_pairs_free(const struct port_pairs *p)
{
	return p ? p->count : 0;
}
