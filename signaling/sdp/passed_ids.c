/**
 * @file signaling/sdp/passed_ids.c  Numbers of header extensions of lines that
 * pass (RFC 8285)
 *
 * What is sent has the number in it, and cannot be changed on its way: both
 * far ends must have the same.
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/fmtp.h"
#include "signaling/sdp/passed.h"

enum { IDS = ARRAY_SIZE(((struct extension_ids *)0)->uris) };

/** Without it lines of one group cannot be told apart (RFC 9143) */
static const char uri_mid[] = "urn:ietf:params:rtp-hdrext:sdes:mid";

/** "a=extmap:4/sendonly URI attributes\r\n" */
struct extmap {
	uint32_t id;
	struct pl direction; /**< with its slash, or empty */
	struct pl uri, rest;
};


static bool row_read(struct extmap *e, struct pl row)
{
	static const char name[] = "a=extmap:";
	struct pl number, word;
	const char *slash;

	if (row.l < sizeof(name) || memcmp(row.p, name, sizeof(name) - 1) != 0)
		return false;
	pl_advance(&row, (ssize_t)sizeof(name) - 1);
	if (!offer_text_word(&row, &word) || !offer_text_word(&row, &e->uri))
		return false;
	slash = memchr(word.p, '/', word.l);
	number = word;
	e->direction = (struct pl){word.p + word.l, 0};
	if (slash) {
		number.l = (size_t)(slash - word.p);
		e->direction.p = slash;
		e->direction.l = word.l - number.l;
	}
	e->rest = row;
	return fmtp_number(&number, IDS - 1, &e->id) && e->id;
}


/** The next row, without its end; rows end with one */
static bool row_next(const char **rows, struct pl *row)
{
	const char *end = strstr(*rows, "\r\n");

	if (!end)
		return false;
	*row = (struct pl){*rows, (size_t)(end - *rows)};
	*rows = end + 2;
	return true;
}


static int learn(struct extension_ids *ids, uint32_t id, const struct pl *uri)
{
	return ids->uris[id] ? 0 : pl_strdup(&ids->uris[id], uri);
}


int extension_ids_learn(struct extension_ids *ids, const char *rows)
{
	struct extmap e;
	struct pl row;
	int err = 0;

	while (!err && row_next(&rows, &row)) {
		if (row_read(&e, row))
			err = learn(ids, e.id, &e.uri);
	}
	return err;
}


void extension_ids_copy(struct extension_ids *to,
			const struct extension_ids *from)
{
	for (size_t i = 0; i < IDS; i++)
		to->uris[i] = mem_ref(from->uris[i]);
}


void extension_ids_forget(struct extension_ids *ids)
{
	for (size_t i = 0; i < IDS; i++)
		ids->uris[i] = mem_deref(ids->uris[i]);
}


/** May that number mean that? */
static bool fits(const struct extension_ids *ids, uint32_t id,
		 const struct pl *uri)
{
	return !ids->uris[id] || !pl_strcmp(uri, ids->uris[id]);
}


static bool has(const struct extension_ids *ids, uint32_t id,
		const struct pl *uri)
{
	return ids->uris[id] && !pl_strcmp(uri, ids->uris[id]);
}


/** What is known to fit is preferred: what it is with whom it is offered, then
 *  with whom it comes from. @return 0: there is no number left */
static uint32_t choose(const struct extension_ids *chosen,
		       const struct extension_ids *from,
		       const struct extension_ids *to, const struct pl *uri,
		       uint32_t id)
{
	uint32_t best = 0;
	unsigned rank = 0;

	for (uint32_t i = 1; i < IDS; i++) {
		const unsigned mine = has(chosen, i, uri) ? 4
				      : has(to, i, uri)   ? 3
				      : i == id           ? 2
							  : 1;

		if (fits(chosen, i, uri) && fits(from, i, uri) &&
		    fits(to, i, uri) && mine > rank) {
			best = i;
			rank = mine;
		}
	}
	return best;
}


struct numbering {
	struct extension_ids chosen;
	const struct extension_ids *from, *to;
};


static int row_number(struct mbuf *mb, struct numbering *n,
		      const struct extmap *e)
{
	const uint32_t id = choose(&n->chosen, n->from, n->to, &e->uri, e->id);
	int err;

	if (!id)
		return 0;
	err = learn(&n->chosen, id, &e->uri);
	return err ? err
		   : mbuf_printf(mb, "a=extmap:%u%r %r%r\r\n", id,
				 &e->direction, &e->uri, &e->rest);
}


static int line_number(struct passed_line *line, struct numbering *n)
{
	const char *rows = line->rows;
	struct mbuf *mb = mbuf_alloc(4096);
	struct extmap e;
	struct pl row;
	char *numbered = NULL;
	int err = mb ? 0 : ENOMEM;

	while (!err && row_next(&rows, &row)) {
		if (!strncmp(row.p, "a=extmap:", 9))
			err = row_read(&e, row) ? row_number(mb, n, &e) : 0;
		else
			err = mbuf_printf(mb, "%r\r\n", &row);
	}
	if (!err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, &numbered, mb->end);
	}
	mem_deref(mb);
	if (err)
		return err;
	mem_deref(line->rows);
	line->rows = numbered;
	return 0;
}


/** It is to have one, whoever else has not */
static int mid_number(struct numbering *n, const struct passed_group *g)
{
	struct pl row, mid;
	struct extmap e;

	pl_set_str(&mid, uri_mid);
	for (size_t i = 0; i < g->count; i++) {
		const char *rows = g->lines[i].rows;

		while (row_next(&rows, &row)) {
			uint32_t id;

			if (!row_read(&e, row) || pl_cmp(&e.uri, &mid))
				continue;
			id = choose(&n->chosen, n->from, n->to, &mid, e.id);
			return id ? learn(&n->chosen, id, &mid) : 0;
		}
	}
	return 0;
}


int passed_group_number(struct passed_group *g,
			const struct extension_ids *ids)
{
	struct numbering n = {.from = &g->ids, .to = ids};
	int err = mid_number(&n, g);

	for (size_t i = 0; !err && i < g->count; i++)
		err = line_number(&g->lines[i], &n);
	extension_ids_forget(&n.chosen);
	return err;
}
