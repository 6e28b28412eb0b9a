/**
 * @file focus/roster/conference_info_print.c  The roster's documents
 *
 * libxml2 escapes; what goes into it is valid UTF-8 of characters that XML
 * knows (mixer/base/utf8.h).
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <libxml/uri.h>
#include <libxml/xmlwriter.h>
#include "focus/roster/roster_private.h"
#include "mixer/base/utf8.h"

enum { TEXT_MAX = 1024 };

#define NS      "urn:ietf:params:xml:ns:conference-info"
#define X(text) ((const xmlChar *)(text))

/* available-media */
static const struct medium {
	const char *label, *type, *words;
} media_known[] = {
	{"1", "audio", "main audio"},
	{"2", "video", "main video"},
};

const char *conference_info_label(const char *type)
{
	size_t k;

	for (k = 0; k < ARRAY_SIZE(media_known); k++) {
		if (!strcmp(type, media_known[k].type))
			return media_known[k].label;
	}
	return NULL;
}

/* ----------------------------------------------------------------- words */

static void element(xmlTextWriterPtr w, const char *name, const char *value)
{
	char text[TEXT_MAX];

	(void)xmlTextWriterWriteElement(
		w, X(name), X(utf8_clean(text, sizeof(text), value)));
}

static void attribute(xmlTextWriterPtr w, const char *name, const char *value)
{
	(void)xmlTextWriterWriteAttribute(w, X(name), X(value));
}

static void number(xmlTextWriterPtr w, const char *name, unsigned value)
{
	(void)xmlTextWriterWriteFormatElement(w, X(name), "%u", value);
}

static const char *boolean(bool value)
{
	return value ? "true" : "false";
}

static const char *string_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* Peers choose their URIs: what is none is escaped until it is one */
static void print_uri(char *dst, size_t size, const char *src)
{
	char text[TEXT_MAX];
	xmlChar *escaped;
	xmlURIPtr uri;

	utf8_clean(text, sizeof(text), src);
	uri = xmlParseURI(text);
	if (uri) {
		xmlFreeURI(uri);
		str_ncpy(dst, text, size);
		return;
	}
	escaped = xmlURIEscapeStr(X(text), X(":;@&=+$,/?"));
	str_ncpy(dst, escaped ? (const char *)escaped : "", size);
	xmlFree(escaped);
}

static void element_uri(xmlTextWriterPtr w, const char *name, const char *uri)
{
	char text[TEXT_MAX];

	print_uri(text, sizeof(text), uri);
	(void)xmlTextWriterWriteElement(w, X(name), X(text));
}

static void attribute_uri(xmlTextWriterPtr w, const char *name,
			  const char *uri)
{
	char text[TEXT_MAX];

	print_uri(text, sizeof(text), uri);
	attribute(w, name, text);
}

static void start(xmlTextWriterPtr w, const char *name)
{
	(void)xmlTextWriterStartElement(w, X(name));
}

static void end(xmlTextWriterPtr w)
{
	(void)xmlTextWriterEndElement(w);
}

static void when(xmlTextWriterPtr w, uint64_t ms)
{
	const time_t s = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	if (gmtime_r(&s, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		element(w, "when", text);
}

/* ------------------------------------------------------------- endpoints */

/* Address of a Referred-By, which may be a name-addr */
static void print_by(xmlTextWriterPtr w, const char *value)
{
	const char *lt = strchr(value, '<');
	const char *uri = lt ? lt + 1 : value;
	char text[TEXT_MAX];

	str_ncpy(text, uri, sizeof(text));
	text[strcspn(text, lt ? ">" : ";")] = '\0';
	if (*text)
		element_uri(w, "by", text);
}

static void print_joining(xmlTextWriterPtr w, const struct info_endpoint *e,
			  const char *referred_by)
{
	element(w, "joining-method", string_of(e->state, "method"));
	start(w, "joining-info");
	when(w,
	     (uint64_t)json_integer_value(json_object_get(e->state, "since")));
	print_by(w, referred_by);
	end(w);
}

static const char *disconnection_method(const char *reason)
{
	static const struct {
		const char *reason, *method;
	} rows[] = {
		{"left", "departed"},    {"kicked", "booted"},
		{"ended", "booted"},     {"shutdown", "booted"},
		{"forbidden", "booted"}, {"busy", "busy"},
	};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		if (!strcmp(reason, rows[k].reason))
			return rows[k].method;
	}
	return "failed";
}

static void print_disconnection(xmlTextWriterPtr w,
				const struct info_endpoint *e)
{
	element(w, "disconnection-method",
		disconnection_method(e->reason ? e->reason : ""));
	start(w, "disconnection-info");
	when(w, e->left_ms);
	if (e->words && *e->words)
		element(w, "reason", e->words);
	end(w);
}

static void print_media(xmlTextWriterPtr w, const json_t *media)
{
	const char *type = string_of(media, "type");
	const char *label = conference_info_label(type);

	start(w, "media");
	(void)xmlTextWriterWriteFormatAttribute(
		w, X("id"), "%lld",
		(long long)json_integer_value(json_object_get(media, "id")));
	element(w, "display-text", string_of(media, "codec"));
	element(w, "type", type);
	if (label)
		element(w, "label", label);
	element(w, "status", string_of(media, "status"));
	end(w);
}

static void print_activity(xmlTextWriterPtr w, const struct info_endpoint *e)
{
	static const char *const flags[] = {"talking", "muted", "deaf",
					    "webrtc"};
	const json_t *s = e->state;
	const json_int_t place =
		json_integer_value(json_object_get(s, "place"));
	const json_int_t hand = json_integer_value(json_object_get(s, "hand"));
	const char *label = string_of(s, "label");
	const char *waiting = string_of(s, "waiting");
	size_t k;

	start(w, "activity");
	attribute(w, "xmlns", CONFERENCE_INFO_ACTIVITY_NS);
	(void)xmlTextWriterWriteFormatAttribute(w, X("number"), "%u",
						e->number);
	if (place > 0)
		(void)xmlTextWriterWriteFormatAttribute(w, X("place"), "%lld",
							(long long)place);
	if (*label && strcmp(label, string_of(s, "display")) != 0)
		attribute(w, "label", label);
	if (hand > 0)
		(void)xmlTextWriterWriteFormatAttribute(w, X("hand"), "%lld",
							(long long)hand);
	if (*waiting)
		attribute(w, "waiting", waiting);
	for (k = 0; k < ARRAY_SIZE(flags); k++)
		attribute(w, flags[k],
			  boolean(json_is_true(json_object_get(s, flags[k]))));
	attribute(w, "video-muted",
		  boolean(json_is_true(json_object_get(s, "video_muted"))));
	end(w);
}

static void print_state(xmlTextWriterPtr w, const struct info_endpoint *e)
{
	const char *referred_by = string_of(e->state, "referred_by");
	const json_t *media;
	size_t k;

	element(w, "display-text", string_of(e->state, "display"));
	if (*referred_by) {
		start(w, "referred");
		print_by(w, referred_by);
		end(w);
	}
	element(w, "status",
		e->gone ? "disconnected" : info_endpoint_status(e));
	print_joining(w, e, referred_by);
	if (e->gone) {
		print_disconnection(w, e);
		return;
	}
	json_array_foreach (json_object_get(e->state, "media"), k, media)
		print_media(w, media);
}

enum extent { EXTENT_WHOLE, EXTENT_ACTIVITY, EXTENT_DELETED };

static void print_endpoint(xmlTextWriterPtr w,
			   const struct conference_info_reader *r,
			   const struct info_endpoint *e, enum extent extent)
{
	static const char *const states[] = {"full", "partial", "deleted"};

	start(w, "endpoint");
	attribute_uri(w, "entity", e->entity);
	attribute(w, "state", states[extent]);
	if (extent != EXTENT_ACTIVITY)
		print_state(w, e);
	if (extent != EXTENT_DELETED && r->activity)
		print_activity(w, e);
	end(w);
}

/* ----------------------------------------------------------------- users */

static bool endpoint_news(const struct conference_info_reader *r,
			  const struct info_endpoint *e)
{
	if (!info_shows(r, e))
		return false;

	return e->changed > r->told ||
	       (r->activity && !e->gone && e->active > r->told);
}

static bool is_shown(const struct conference_info_reader *r,
		     const struct info_user *u)
{
	struct le *le;

	for (le = list_head(&u->endpoints); le; le = le->next) {
		if (info_shows(r, le->data))
			return true;
	}
	return false;
}

static bool user_news(const struct conference_info_reader *r,
		      const struct info_user *u)
{
	struct le *le;

	if (u->touched <= r->told || !is_shown(r, u))
		return false;
	if (r->behind)
		return true;
	for (le = list_head(&u->endpoints); le; le = le->next) {
		if (endpoint_news(r, le->data))
			return true;
	}
	return false;
}

static void print_endpoints(xmlTextWriterPtr w,
			    const struct conference_info_reader *r,
			    const struct info_user *u, bool whole)
{
	struct le *le;

	for (le = list_head(&u->endpoints); le; le = le->next) {
		const struct info_endpoint *e = le->data;

		if (!info_shows(r, e))
			continue;
		if (e->gone) {
			if ((u->gone || !whole) && e->changed > r->told)
				print_endpoint(w, r, e, EXTENT_DELETED);
		}
		else if (whole || e->changed > r->told)
			print_endpoint(w, r, e, EXTENT_WHOLE);
		else if (endpoint_news(r, e))
			print_endpoint(w, r, e, EXTENT_ACTIVITY);
	}
}

static void print_user(xmlTextWriterPtr w,
		       const struct conference_info_reader *r,
		       const struct info_user *u, bool full)
{
	bool whole = full || r->behind || u->whole > r->told;

	start(w, "user");
	attribute_uri(w, "entity", u->entity);
	attribute(w, "state",
		  u->gone ? "deleted"
		  : whole ? "full"
			  : "partial");
	if (whole && !u->gone) {
		element(w, "display-text", u->display);
		start(w, "roles");
		element(w, "entry", u->role);
		end(w);
	}
	print_endpoints(w, r, u, whole);
	end(w);
}

/**
 * The users that are due, as many as fit
 *
 * @param told Set to the number up to which that is all
 * @return false: not all did fit
 */
static bool print_users(xmlTextWriterPtr w, xmlBufferPtr buf,
			const struct conference_info_reader *r, bool full,
			uint64_t *told)
{
	const struct conference_info *i = r->info;
	struct le *le;

	for (le = list_head(&i->users); le; le = le->next) {
		const struct info_user *u = le->data;

		if (full ? u->gone || !is_shown(r, u) : !user_news(r, u))
			continue;
		if (xmlBufferLength(buf) > CONFERENCE_INFO_BYTES)
			return false;
		print_user(w, r, u, full);
		(void)xmlTextWriterFlush(w);
		*told = u->touched;
	}
	*told = i->number;

	return true;
}

/* ------------------------------------------------------------ conference */

static void print_conf_uri(xmlTextWriterPtr w, const char *uri,
			   const char *words)
{
	start(w, "entry");
	element_uri(w, "uri", uri);
	element(w, "display-text", words);
	element(w, "purpose", "participation");
	end(w);
}

static void print_description(xmlTextWriterPtr w,
			      const struct conference_info_reader *r)
{
	const struct conference_info *i = r->info;
	size_t k;

	start(w, "conference-description");
	element(w, "display-text", i->title && *i->title ? i->title : i->name);
	start(w, "conf-uris");
	print_conf_uri(w, r->entity, "SIP");
	if (r->web)
		print_conf_uri(w, r->web, "Web");
	end(w);
	if (i->max_users)
		number(w, "maximum-user-count", i->max_users);
	start(w, "available-media");
	for (k = 0; k < ARRAY_SIZE(media_known); k++) {
		start(w, "entry");
		attribute(w, "label", media_known[k].label);
		element(w, "display-text", media_known[k].words);
		element(w, "type", media_known[k].type);
		element(w, "status", "sendrecv");
		end(w);
	}
	end(w);
	end(w);

	if (r->web) {
		start(w, "host-info");
		element_uri(w, "web-page", r->web);
		end(w);
	}
}

/* Nothing of what others are or do is shown to who is shown himself alone */
static bool has_state(const struct conference_info_reader *r)
{
	const struct conference_info *i = r->info;

	if (r->view == VIEW_SELF)
		return i->common > r->told;

	return i->stated > r->told || (r->activity && i->talked > r->told);
}

static void print_conference_state(xmlTextWriterPtr w,
				   const struct conference_info_reader *r)
{
	const struct conference_info *i = r->info;
	const bool all = r->view != VIEW_SELF;

	start(w, "conference-state");
	if (all)
		number(w, "user-count", i->users_count);
	element(w, "active", boolean(i->active));
	element(w, "locked", boolean(i->locked));
	if (r->activity) {
		start(w, "activity");
		attribute(w, "xmlns", CONFERENCE_INFO_ACTIVITY_NS);
		(void)xmlTextWriterWriteFormatAttribute(w, X("speaker"), "%u",
							all ? i->speaker : 0);
		if (all && i->spotlight)
			(void)xmlTextWriterWriteFormatAttribute(
				w, X("spotlight"), "%u", i->spotlight);
		if (all && i->speaker_large)
			attribute(w, "layout", "speaker");
		attribute(w, "media", i->media_lost ? "lost" : "up");
		if (i->monitored)
			attribute(w, "monitored", "true");
		end(w);
	}
	end(w);
}

static void print_document(xmlTextWriterPtr w,
			   const struct conference_info_reader *r, bool full,
			   const xmlChar *users, bool all_users)
{
	const struct conference_info *i = r->info;
	char version[16];

	(void)xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	start(w, "conference-info");
	attribute(w, "xmlns", NS);
	attribute_uri(w, "entity", r->entity);
	attribute(w, "state",
		  !i->active ? "deleted"
		  : full     ? "full"
			     : "partial");
	(void)re_snprintf(version, sizeof(version), "%u", r->version + 1);
	attribute(w, "version", version);

	if (full || i->described > r->told)
		print_description(w, r);
	if (full || has_state(r))
		print_conference_state(w, r);
	if (full || *users) {
		start(w, "users");
		attribute(w, "state", full && all_users ? "full" : "partial");
		(void)xmlTextWriterWriteRaw(w, users);
		end(w);
	}
	(void)xmlTextWriterEndDocument(w);
	(void)xmlTextWriterFlush(w);
}

static bool fits(const struct info_fragment *f,
		 const struct conference_info_reader *r, bool full)
{
	if (!f->xml || f->number != r->info->number || r->view == VIEW_SELF)
		return false;

	return full || (f->from == r->told && f->behind == r->behind);
}

/* NULL: out of memory */
static const struct info_fragment *
users_for(const struct conference_info_reader *r, bool full)
{
	struct info_fragment *f =
		&r->info->printed[full][r->activity][r->view];
	xmlTextWriterPtr w;

	if (fits(f, r, full))
		return f;
	xmlBufferFree(f->xml);
	f->xml = xmlBufferCreate();
	w = f->xml ? xmlNewTextWriterMemory(f->xml, 0) : NULL;
	if (!w) {
		xmlBufferFree(f->xml);
		f->xml = NULL;
		return NULL;
	}
	f->number = r->info->number;
	f->from = r->told;
	f->behind = r->behind;
	f->all = print_users(w, f->xml, r, full, &f->to);
	xmlFreeTextWriter(w);

	return f;
}

int conference_info_print(struct conference_info_reader *r, bool full,
			  struct mbuf **mbp)
{
	const struct info_fragment *users = users_for(r, full |= r->anew);
	xmlBufferPtr buf = xmlBufferCreate();
	xmlTextWriterPtr w = buf ? xmlNewTextWriterMemory(buf, 0) : NULL;
	struct mbuf *mb = NULL;
	int err = ENOMEM;

	if (!users || !w)
		goto out;
	print_document(w, r, full, xmlBufferContent(users->xml), users->all);

	mb = mbuf_alloc((size_t)xmlBufferLength(buf));
	if (!mb)
		goto out;
	err = mbuf_write_mem(mb, xmlBufferContent(buf),
			     (size_t)xmlBufferLength(buf));
	mb->pos = 0;
	if (err)
		goto out;
	r->version++;
	r->told = users->to;
	r->behind = !users->all;
	r->anew = false;
	*mbp = mb;
	mb = NULL;

out:
	mem_deref(mb);
	xmlFreeTextWriter(w);
	xmlBufferFree(buf);

	return err;
}
