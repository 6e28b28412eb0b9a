/**
 * @file signaling/sdp/passed.c  Lines that pass from one description to
 * another
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/fmtp.h"
#include "signaling/sdp/passed.h"

/** What may go to the other far end, spelt just so: of all else some may mean
 *  a way to a third one to a parser that is not strict */
static const char *const that_pass[] = {
	"content",
	"dcmap",
	"dcsa",
	"extmap",
	"extmap-allow-mixed",
	"fmtp",
	"framerate",
	"imageattr",
	"max-message-size",
	"maxptime",
	"msid",
	"ptime",
	"rid",
	"rtcp-fb",
	"rtcp-mux",
	"rtcp-mux-only",
	"rtcp-rsize",
	"rtpmap",
	"sctp-port",
	"sctpmap",
	"simulcast",
	"ssrc",
	"ssrc-group",
};

/** Of the streams on another transport, which are others here */
static const char *const of_streams[] = {
	"framerate", "imageattr", "msid",       "rid",
	"simulcast", "ssrc",      "ssrc-group",
};


static void passed_group_destructor(void *arg)
{
	struct passed_group *g = arg;

	for (size_t i = 0; i < g->count; i++) {
		mem_deref(g->lines[i].formats);
		mem_deref(g->lines[i].rows);
	}
	extension_ids_forget(&g->ids);
}


int passed_group_alloc(struct passed_group **gp)
{
	struct passed_group *g =
		mem_zalloc(sizeof(*g), passed_group_destructor);

	if (!g)
		return ENOMEM;
	*gp = g;
	return 0;
}


static bool is_among(const char *const *names, size_t count,
		     const struct pl *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!pl_strcmp(name, names[i]))
			return true;
	}
	return false;
}


static int row_print(struct mbuf *mb, const char *name, const struct pl *value)
{
	const size_t room = strlen(name) + value->l + 5;

	if (mb->end + room > PASSED_ROWS_MAX)
		return E2BIG;
	return mbuf_printf(mb, "a=%s%s%r\r\n", name, value->l ? ":" : "",
			   value);
}


/** Those that say who it is: all at the level that has any */
static int identity_print(struct mbuf *mb, const struct offer_text *t,
			  int media, enum passed_rows rows)
{
	struct pl name, value;
	size_t pos = 0;
	bool any = false;
	int level = media, err = 0;
	char type;

	if (!offer_text_attr(t, media, "fingerprint", &value))
		level = OFFER_TEXT_SESSION;
	while (!err && offer_text_next(t, level, &pos, &type, &name, &value)) {
		if (type != 'a' || pl_strcmp(&name, "fingerprint"))
			continue;
		err = row_print(mb, "fingerprint", &value);
		any = true;
	}
	if (err || !any)
		return err ? err : EBADMSG;
	if (rows == PASSED_ABILITY)
		pl_set_str(&value, "actpass");
	else if (!offer_text_attr_any(t, media, "setup", &value))
		return EBADMSG;
	return row_print(mb, "setup", &value);
}


static int rows_print(struct mbuf *mb, const struct offer_text *t, int media,
		      enum passed_rows rows)
{
	struct pl name, value;
	size_t pos = 0;
	int err = identity_print(mb, t, media, rows);
	char type;

	while (!err && offer_text_next(t, media, &pos, &type, &name, &value)) {
		if (type != 'a' ||
		    !is_among(that_pass, ARRAY_SIZE(that_pass), &name) ||
		    (rows == PASSED_ABILITY &&
		     is_among(of_streams, ARRAY_SIZE(of_streams), &name)))
			continue;
		if (mb->end + name.l + value.l + 5 > PASSED_ROWS_MAX)
			return E2BIG;
		err = mbuf_printf(mb, "a=%r%s%r\r\n", &name,
				  value.l ? ":" : "", &value);
	}
	return err;
}


static int rows_read(char **rowsp, const struct offer_text *t, int media,
		     enum passed_rows rows)
{
	struct mbuf *mb = mbuf_alloc(4096);
	int err = mb ? rows_print(mb, t, media, rows) : ENOMEM;

	if (!err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, rowsp, mb->end);
	}
	mem_deref(mb);
	return err;
}


static void direction_read(struct passed_line *line,
			   const struct offer_text *t, int media)
{
	struct pl value;

	line->send = line->recv = true;
	if (offer_text_attr_any(t, media, "inactive", &value))
		line->send = line->recv = false;
	else if (offer_text_attr(t, media, "sendonly", &value))
		line->recv = false;
	else if (offer_text_attr(t, media, "recvonly", &value))
		line->send = false;
}


static int head_read(struct passed_line *line, const struct offer_text *t,
		     int media, struct offer_text_media *m)
{
	struct pl value;

	if (!offer_text_token(line->kind, sizeof(line->kind), &m->kind) ||
	    pl_strcpy(&m->proto, line->proto, sizeof(line->proto)))
		return EBADMSG;
	if (m->formats.l > PASSED_FORMATS_MAX)
		return E2BIG;
	while (m->formats.l && *m->formats.p == ' ')
		pl_advance(&m->formats, 1);
	line->refused =
		!m->port && !offer_text_attr(t, media, "bundle-only", &value);
	/* a line that is refused may say nothing more */
	if (offer_text_attr(t, media, "mid", &value)
		    ? !offer_text_token(line->mid, sizeof(line->mid), &value)
		    : !line->refused)
		return EBADMSG;
	direction_read(line, t, media);
	return 0;
}


int passed_line_read(struct passed_line *line, const struct offer_text *t,
		     int media, enum passed_rows rows)
{
	struct offer_text_media m;
	int err;

	if (!offer_text_media(t, media, &m))
		return EBADMSG;
	err = head_read(line, t, media, &m);
	if (!err)
		err = pl_strdup(&line->formats, &m.formats);
	if (err)
		return err;
	err = line->refused ? str_dup(&line->rows, "")
			    : rows_read(&line->rows, t, media, rows);
	if (err)
		line->formats = mem_deref(line->formats);
	return err;
}


/** Those rows that are of streams, or those that are not */
static int rows_pick(struct mbuf *mb, const char *rows, bool streams)
{
	int err = 0;

	for (const char *end; !err && *rows; rows = end + 2) {
		struct pl row, name;

		end = strstr(rows, "\r\n");
		row = (struct pl){rows, (size_t)(end - rows) + 2};
		name = (struct pl){rows + 2, strcspn(rows + 2, ":\r")};
		if (is_among(of_streams, ARRAY_SIZE(of_streams), &name) ==
		    streams)
			err = mbuf_write_pl(mb, &row);
	}
	return err;
}


int passed_line_renew(struct passed_line *line,
		      const struct passed_line *before)
{
	struct mbuf *mb;
	char *rows = NULL;
	int err;

	if (line->refused || before->refused)
		return 0;
	mb = mbuf_alloc(4096);
	err = mb ? rows_pick(mb, before->rows, false) : ENOMEM;
	if (!err)
		err = rows_pick(mb, line->rows, true);
	if (!err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, &rows, mb->end);
	}
	mem_deref(mb);
	if (err)
		return err;
	mem_deref(line->rows);
	line->rows = rows;
	mem_deref(line->formats);
	line->formats = mem_ref(before->formats);
	return 0;
}


static char letter_of(const char *kind)
{
	return strcasecmp(kind, "audio")
		       ? strcasecmp(kind, "video") ? 'd' : 'v'
		       : 'a';
}


/** Who is at the other end says so in each of its lines */
static int data_rows(char **rowsp, const char *rows)
{
	struct mbuf *mb = mbuf_alloc(512);
	int err = mb ? 0 : ENOMEM;

	while (!err && !strncmp(rows, "a=fingerprint:", 14)) {
		const char *end = strstr(rows, "\r\n");
		struct pl row = {rows, (size_t)(end - rows) + 2};

		err = mbuf_write_pl(mb, &row);
		rows = end + 2;
	}
	if (!err)
		err = mbuf_write_str(mb, "a=setup:actpass\r\n"
					 "a=sctp-port:5000\r\n"
					 "a=max-message-size:262144\r\n");
	if (!err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, rowsp, mb->end);
	}
	mem_deref(mb);
	return err;
}


int passed_group_add_data(struct passed_group *g, const struct passed_line *of)
{
	struct passed_line *line = &g->lines[g->count];
	int err;

	*line = (struct passed_line){.send = true, .recv = true};
	str_ncpy(line->kind, "application", sizeof(line->kind));
	str_ncpy(line->proto, "UDP/DTLS/SCTP", sizeof(line->proto));
	err = str_dup(&line->formats, "webrtc-datachannel");
	if (!err)
		err = data_rows(&line->rows, of->rows);
	if (err)
		line->formats = mem_deref(line->formats);
	else
		++g->count;
	return err;
}


void passed_group_add(struct passed_group *g, const struct passed_line *line)
{
	struct passed_line *to = &g->lines[g->count++];

	*to = *line;
	to->formats = mem_ref(line->formats);
	to->rows = mem_ref(line->rows);
}


int passed_group_copy(struct passed_group **gp, const struct passed_group *g)
{
	struct passed_group *to;
	int err = passed_group_alloc(&to);

	if (err)
		return err;
	for (size_t i = 0; i < g->count; i++)
		passed_group_add(to, &g->lines[i]);
	extension_ids_copy(&to->ids, &g->ids);
	to->numbers_open = g->numbers_open;
	*gp = to;
	return 0;
}


void passed_group_rename(struct passed_group *g, const char *prefix)
{
	for (size_t i = 0; i < g->count; i++) {
		struct passed_line *line = &g->lines[i];

		line->send = line->recv = true;
		(void)re_snprintf(line->mid, sizeof(line->mid), "%s%c", prefix,
				  letter_of(line->kind));
	}
}


static bool line_same(const struct passed_line *a, const struct passed_line *b)
{
	return a->send == b->send && a->recv == b->recv &&
	       a->refused == b->refused && !strcmp(a->kind, b->kind) &&
	       !strcmp(a->proto, b->proto) && !strcmp(a->mid, b->mid) &&
	       !strcmp(a->formats, b->formats) && !strcmp(a->rows, b->rows);
}


bool passed_group_same(const struct passed_group *a,
		       const struct passed_group *b)
{
	if (!a || !b || a->count != b->count)
		return a == b;
	for (size_t i = 0; i < a->count; i++) {
		if (!line_same(&a->lines[i], &b->lines[i]))
			return false;
	}
	return true;
}


const struct passed_line *passed_group_line(const struct passed_group *g,
					    const char *kind)
{
	for (size_t i = 0; g && i < g->count; i++) {
		if (!g->lines[i].refused &&
		    !strcasecmp(g->lines[i].kind, kind))
			return &g->lines[i];
	}
	return NULL;
}


static size_t types_read(uint32_t *types, const struct passed_line *line)
{
	struct pl rest = PL_INIT, word;
	size_t count = 0;

	if (line)
		pl_set_str(&rest, line->formats);
	while (count < DESCRIPTION_PAYLOADS_MAX &&
	       offer_text_word(&rest, &word)) {
		if (fmtp_number(&word, 127, &types[count]))
			++count;
	}
	return count;
}


void passed_group_payloads(const struct passed_group *g,
			   struct transport_description *d)
{
	d->sound_count = types_read(d->sound, passed_group_line(g, "audio"));
	d->picture_count =
		types_read(d->picture, passed_group_line(g, "video"));
}
