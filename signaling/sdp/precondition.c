/**
 * @file signaling/sdp/precondition.c  a=curr, a=des, a=conf
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/precondition.h"

static const char *const segment_names[PRECONDITION_SEGMENTS] = {
	"e2e",
	"local",
	"remote",
};

static const char *const direction_names[] = {
	"none",
	"send",
	"recv",
	"sendrecv",
};

static const char *const strength_names[] = {
	"",
	"none",
	"optional",
	"mandatory",
};

static bool name_index(const struct pl *word, const char *const names[],
		       unsigned count, unsigned *index)
{
	for (unsigned i = 0; i < count; i++) {
		if (names[i][0] && !pl_strcasecmp(word, names[i])) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* Their local is our remote */
static bool segment_read(struct pl *rest, enum precondition_segment *segment)
{
	struct pl word;
	unsigned i;

	if (!offer_text_word(rest, &word) ||
	    !name_index(&word, segment_names, PRECONDITION_SEGMENTS, &i))
		return false;
	*segment = i == PRECONDITION_LOCAL    ? PRECONDITION_REMOTE
		   : i == PRECONDITION_REMOTE ? PRECONDITION_LOCAL
					      : PRECONDITION_E2E;
	return true;
}

/* What they send we receive */
static bool direction_read(struct pl *rest, unsigned *direction)
{
	struct pl word;
	unsigned i;

	if (!offer_text_word(rest, &word) ||
	    !name_index(&word, direction_names, ARRAY_SIZE(direction_names),
			&i))
		return false;
	*direction = (i & PRECONDITION_SEND ? PRECONDITION_RECV : 0) |
		     (i & PRECONDITION_RECV ? PRECONDITION_SEND : 0);
	return true;
}

static void current_read(struct precondition *p, struct pl rest)
{
	enum precondition_segment segment;
	unsigned direction;
	struct pl type;

	if (!offer_text_word(&rest, &type) || pl_strcasecmp(&type, "qos") ||
	    !segment_read(&rest, &segment) ||
	    !direction_read(&rest, &direction))
		return;
	p->present = true;
	p->segments[segment].current = (uint8_t)direction;
}

static void desired_read(struct precondition *p, struct pl rest)
{
	enum precondition_segment segment;
	unsigned direction, strength;
	struct pl type, word;

	if (!offer_text_word(&rest, &type) || !offer_text_word(&rest, &word) ||
	    !name_index(&word, strength_names, ARRAY_SIZE(strength_names),
			&strength) ||
	    !segment_read(&rest, &segment) ||
	    !direction_read(&rest, &direction))
		return;
	if (pl_strcasecmp(&type, "qos")) {
		if (strength != PRECONDITION_MANDATORY || p->unknown[0] ||
		    !offer_text_token(p->unknown, sizeof(p->unknown), &type))
			return;
		p->unknown_segment = (uint8_t)segment;
		p->unknown_direction = (uint8_t)direction;
		return;
	}
	p->present = true;
	if (direction & PRECONDITION_SEND)
		p->segments[segment].send = (uint8_t)strength;
	if (direction & PRECONDITION_RECV)
		p->segments[segment].recv = (uint8_t)strength;
}

void precondition_read(struct precondition *p, const struct offer_text *t,
		       int media)
{
	struct pl name, value;
	size_t pos = 0;
	char type;

	memset(p, 0, sizeof(*p));
	while (offer_text_next(t, media, &pos, &type, &name, &value)) {
		if (type != 'a')
			continue;
		if (!pl_strcmp(&name, "curr"))
			current_read(p, value);
		else if (!pl_strcmp(&name, "des"))
			desired_read(p, value);
		/* a=conf asks to hear when our side is ready: it is, and every
		 * description of ours says so */
	}
	p->segments[PRECONDITION_LOCAL].current = PRECONDITION_BOTH;
	p->segments[PRECONDITION_E2E].current |= PRECONDITION_SEND;
}

void precondition_ours(struct precondition *p)
{
	memset(p, 0, sizeof(*p));
	p->present = true;
	p->segments[PRECONDITION_LOCAL].current = PRECONDITION_BOTH;
	p->segments[PRECONDITION_LOCAL].send = PRECONDITION_MANDATORY;
	p->segments[PRECONDITION_LOCAL].recv = PRECONDITION_MANDATORY;
	p->segments[PRECONDITION_REMOTE].send = PRECONDITION_OPTIONAL;
	p->segments[PRECONDITION_REMOTE].recv = PRECONDITION_OPTIONAL;
}

static unsigned missing(const struct precondition *p,
			enum precondition_segment segment)
{
	unsigned wanted = 0;

	if (p->segments[segment].send == PRECONDITION_MANDATORY)
		wanted |= PRECONDITION_SEND;
	if (p->segments[segment].recv == PRECONDITION_MANDATORY)
		wanted |= PRECONDITION_RECV;

	return wanted & ~p->segments[segment].current;
}

bool precondition_met(const struct precondition *p)
{
	for (int i = 0; i < PRECONDITION_SEGMENTS; i++) {
		if (missing(p, (enum precondition_segment)i))
			return false;
	}
	return true;
}

static bool asked(const struct precondition *p, int segment)
{
	return p->segments[segment].send != PRECONDITION_UNASKED ||
	       p->segments[segment].recv != PRECONDITION_UNASKED;
}

static int desired_print(struct mbuf *mb, const struct precondition *p,
			 int segment)
{
	uint8_t send = p->segments[segment].send;
	uint8_t recv = p->segments[segment].recv;
	int err = 0;

	if (send == recv)
		return mbuf_printf(mb, "a=des:qos %s %s sendrecv\r\n",
				   strength_names[send],
				   segment_names[segment]);
	if (send != PRECONDITION_UNASKED)
		err |= mbuf_printf(mb, "a=des:qos %s %s send\r\n",
				   strength_names[send],
				   segment_names[segment]);
	if (recv != PRECONDITION_UNASKED)
		err |= mbuf_printf(mb, "a=des:qos %s %s recv\r\n",
				   strength_names[recv],
				   segment_names[segment]);
	return err;
}

int precondition_print(struct mbuf *mb, const struct precondition *p)
{
	bool segmented =
		asked(p, PRECONDITION_LOCAL) || asked(p, PRECONDITION_REMOTE);
	int i, err = 0;

	if (!p->present)
		return 0;
	for (i = 0; i < PRECONDITION_SEGMENTS; i++) {
		if (i == PRECONDITION_E2E ? asked(p, i) : segmented)
			err |= mbuf_printf(
				mb, "a=curr:qos %s %s\r\n", segment_names[i],
				direction_names[p->segments[i].current]);
	}
	for (i = 0; i < PRECONDITION_SEGMENTS; i++) {
		if (asked(p, i))
			err |= desired_print(mb, p, i);
	}
	for (i = 0; i < PRECONDITION_SEGMENTS; i++) {
		unsigned direction = missing(p, (enum precondition_segment)i);

		if (direction)
			err |= mbuf_printf(mb, "a=conf:qos %s %s\r\n",
					   segment_names[i],
					   direction_names[direction]);
	}
	return err;
}

int precondition_print_failure(struct mbuf *mb, const struct precondition *p)
{
	int err = 0;

	if (p->unknown[0])
		return mbuf_printf(mb, "a=des:%s unknown %s %s\r\n",
				   p->unknown,
				   segment_names[p->unknown_segment],
				   direction_names[p->unknown_direction]);
	for (int i = 0; i < PRECONDITION_SEGMENTS; i++) {
		unsigned direction = missing(p, (enum precondition_segment)i);

		if (direction)
			err |= mbuf_printf(mb, "a=des:qos failure %s %s\r\n",
					   segment_names[i],
					   direction_names[direction]);
	}
	return err;
}
