/**
 * @file signaling/message/resource_list.c  Lists of addresses (RFC 4826, 5363,
 * 5364)
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <libxml/parser.h>
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/message/resource_list.h"
#include "signaling/message/sip_lines.h"

static const char lists_ns[] = "urn:ietf:params:xml:ns:resource-lists";
static const char copy_ns[] = "urn:ietf:params:xml:ns:copycontrol";

/** Where the parser is */
struct reader {
	xmlParserCtxtPtr parser;
	struct resource_list *list;
	size_t max, capacity;
	unsigned depth; /**< elements open */
	unsigned lists; /**< <list> among them */
	bool in_entry, in_display;
	struct resource entry; /**< the open one */
	char display[HEADER_DISPLAY_MAX * 4];
	size_t display_len;
	int err;
};

static void resource_reset(struct resource *r)
{
	mem_deref(r->uri);
	mem_deref(r->aor);
	mem_deref(r->display);
	memset(r, 0, sizeof(*r));
}

static void list_destructor(void *arg)
{
	struct resource_list *list = arg;
	size_t i;

	for (i = 0; i < list->count; i++)
		resource_reset(&list->v[i]);
	mem_deref(list->v);
}

static void stop(struct reader *r, int err)
{
	if (!r->err)
		r->err = err;
	xmlStopParser(r->parser);
}

static bool is(const xmlChar *a, const char *b)
{
	return a && !strcmp((const char *)a, b);
}

/** One attribute of libxml2's five words: name, prefix, namespace, value from
 *  and to */
struct attribute {
	const xmlChar *name, *ns;
	struct pl value;
};

static struct attribute attribute_at(const xmlChar **v, int i)
{
	const xmlChar **w = v + (ptrdiff_t)i * 5;
	struct attribute a = {w[0], w[2], {(const char *)w[3], 0}};

	a.value.l = (size_t)(w[4] - w[3]);

	return a;
}

/** RFC 5363 section 4: what is to be dialled is the URI without what an INVITE
 *  made of it would carry */
static int read_uri(struct resource *r, struct pl value)
{
	const char *headers = memchr(value.p, '?', value.l);
	struct uri uri;
	struct pl pl;
	int err;

	if (headers)
		value.l = (size_t)(headers - value.p);
	err = header_uri(&r->uri, &value);
	if (err)
		return err;
	pl_set_str(&pl, r->uri);
	if (uri_decode(&uri, &pl) || pl_isset(&uri.password))
		return EBADMSG;

	return identity_aor(&r->aor, &uri);
}

static void entry_begin(struct reader *r, int count, const xmlChar **v)
{
	int i, err = 0;

	if (r->in_entry) {
		stop(r, EBADMSG);
		return;
	}
	r->in_entry = true;
	r->display_len = 0;
	for (i = 0; i < count && !err; i++) {
		const struct attribute a = attribute_at(v, i);

		if (!a.ns && is(a.name, "uri") && !r->entry.uri)
			err = read_uri(&r->entry, a.value);
		else if (!is(a.ns, copy_ns))
			continue;
		else if (is(a.name, "copyControl"))
			r->entry.copy =
				!pl_strcmp(&a.value, "to")   ? RESOURCE_TO
				: !pl_strcmp(&a.value, "cc") ? RESOURCE_CC
							     : RESOURCE_BCC;
		else if (is(a.name, "anonymize"))
			r->entry.anonymize = !pl_strcmp(&a.value, "true") ||
					     !pl_strcmp(&a.value, "1");
	}
	if (err || !r->entry.uri)
		stop(r, err ? err : EBADMSG);
}

static bool same_param(const struct uri *a, const struct uri *b,
		       const char *name)
{
	struct pl x, y;
	const bool in_a = !msg_param_decode(&a->params, name, &x);
	const bool in_b = !msg_param_decode(&b->params, name, &y);

	return in_a == in_b && (!in_a || !pl_casecmp(&x, &y));
}

/** RFC 3261 section 19.1.4, as far as it tells those apart who are dialled */
static bool same_uri(const struct resource *a, const struct resource *b)
{
	struct uri x, y;
	struct pl pl;

	if (strcasecmp(a->aor, b->aor) != 0)
		return false;
	if (!strncasecmp(a->aor, "tel:", 4))
		return true;
	pl_set_str(&pl, a->uri);
	if (uri_decode(&x, &pl))
		return false;
	pl_set_str(&pl, b->uri);

	return !uri_decode(&y, &pl) && !pl_cmp(&x.user, &y.user) &&
	       x.port == y.port && same_param(&x, &y, "transport") &&
	       same_param(&x, &y, "maddr");
}

/** One more; what is there already only hides more */
static int add(struct reader *r)
{
	struct resource_list *list = r->list;
	struct resource *v;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!same_uri(&list->v[i], &r->entry))
			continue;
		list->v[i].anonymize |= r->entry.anonymize;
		resource_reset(&r->entry);
		return 0;
	}
	if (list->count >= r->max)
		return E2BIG;
	if (list->count >= r->capacity) {
		size_t capacity = r->capacity ? 2 * r->capacity : 8;

		v = list->v ? mem_realloc(list->v, capacity * sizeof(*v))
			    : mem_alloc(capacity * sizeof(*v), NULL);
		if (!v)
			return ENOMEM;
		list->v = v;
		r->capacity = capacity;
	}
	list->v[list->count++] = r->entry;
	memset(&r->entry, 0, sizeof(r->entry));

	return 0;
}

static void entry_end(struct reader *r)
{
	struct pl display = {r->display, r->display_len};
	int err;

	sip_lines_trim(&display);
	err = header_text(&r->entry.display, &display, HEADER_DISPLAY_MAX);
	r->in_entry = false;
	if (!err)
		err = add(r);
	if (err)
		stop(r, err);
}

static void start_h(void *arg, const xmlChar *name, const xmlChar *prefix,
		    const xmlChar *ns, int ns_count,
		    const xmlChar **namespaces, int count, int defaulted,
		    const xmlChar **attributes)
{
	struct reader *r = arg;
	(void)prefix;
	(void)ns_count;
	(void)namespaces;
	(void)defaulted;

	r->in_display = false;
	/* root, lists, entry and what stands in it */
	if (++r->depth > RESOURCE_LIST_DEPTH_MAX + 4) {
		stop(r, EBADMSG);
		return;
	}
	if (r->depth == 1) {
		if (!is(ns, lists_ns) || !is(name, "resource-lists"))
			stop(r, EBADMSG);
		return;
	}
	if (!is(ns, lists_ns))
		return;
	if (is(name, "list")) {
		if (++r->lists > RESOURCE_LIST_DEPTH_MAX)
			stop(r, EBADMSG);
	}
	else if (is(name, "entry"))
		entry_begin(r, count, attributes);
	else if (is(name, "display-name"))
		r->in_display = r->in_entry;
}

static void end_h(void *arg, const xmlChar *name, const xmlChar *prefix,
		  const xmlChar *ns)
{
	struct reader *r = arg;
	(void)prefix;

	r->depth--;
	r->in_display = false;
	if (!is(ns, lists_ns) || r->err)
		return;
	if (is(name, "list"))
		r->lists--;
	else if (is(name, "entry"))
		entry_end(r);
}

static void text_h(void *arg, const xmlChar *text, int len)
{
	struct reader *r = arg;
	size_t n = (size_t)len, left = sizeof(r->display) - r->display_len;

	if (!r->in_display)
		return;
	if (n > left)
		n = left;
	memcpy(r->display + r->display_len, text, n);
	r->display_len += n;
}

/** Called before anything of a DTD is read: none of it ever is */
static void doctype_h(void *arg, const xmlChar *name, const xmlChar *external,
		      const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;

	stop(arg, EBADMSG);
}

static int parse(struct reader *r, const char *xml, size_t len)
{
	xmlSAXHandler sax;
	int err = 0;

	memset(&sax, 0, sizeof(sax));
	sax.initialized = XML_SAX2_MAGIC;
	sax.startElementNs = start_h;
	sax.endElementNs = end_h;
	sax.characters = text_h;
	sax.cdataBlock = text_h;
	sax.internalSubset = doctype_h;
	r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (!r->parser)
		return ENOMEM;
	/* NOENT: "&amp;" in an attribute is read as what it stands for; there
	 * are no other entities without a DTD. */
	(void)xmlCtxtUseOptions(r->parser, XML_PARSE_NOENT | XML_PARSE_NONET |
						   XML_PARSE_NOERROR |
						   XML_PARSE_NOWARNING);
	if (xmlParseChunk(r->parser, xml, (int)len, 1) ||
	    !r->parser->wellFormed)
		err = EBADMSG;
	/* What stopped it says more than that it was stopped. */
	if (r->err)
		err = r->err;
	if (r->parser->myDoc)
		xmlFreeDoc(r->parser->myDoc);
	xmlFreeParserCtxt(r->parser);

	return err;
}

int resource_list_read(struct resource_list **lp, const char *xml, size_t len,
		       size_t max)
{
	struct reader r;
	int err;

	if (!lp || !xml)
		return EINVAL;
	if (len > RESOURCE_LIST_BYTES_MAX)
		return EBADMSG;
	memset(&r, 0, sizeof(r));
	r.max = max;
	r.list = mem_zalloc(sizeof(*r.list), list_destructor);
	if (!r.list)
		return ENOMEM;
	err = parse(&r, xml, len);
	resource_reset(&r.entry);

	if (err)
		mem_deref(r.list);
	else
		*lp = r.list;
	return err;
}

/* ------------------------------------------------------------- history */

static const char *copy_name(enum resource_copy copy)
{
	return copy == RESOURCE_TO ? "to" : "cc";
}

static int uri_print(struct re_printf *pf, const char *uri)
{
	int err = 0;

	/* header_uri() lets none of the others through */
	for (; *uri && !err; uri++) {
		if (*uri == '&')
			err = pf->vph("&amp;", 5, pf->arg);
		else
			err = pf->vph(uri, 1, pf->arg);
	}
	return err;
}

static int anonymous_print(struct mbuf *mb, const struct resource_list *list,
			   enum resource_copy copy)
{
	size_t i, n = 0;

	for (i = 0; i < list->count; i++)
		n += list->v[i].copy == copy && list->v[i].anonymize;
	if (!n)
		return 0;

	return mbuf_printf(mb,
			   "<entry uri=\"" IDENTITY_ANONYMOUS "\""
			   " cp:copyControl=\"%s\" cp:count=\"%zu\"/>\r\n",
			   copy_name(copy), n);
}

int resource_list_history(char **dst, const struct resource_list *list)
{
	struct mbuf *mb;
	size_t i, shown = 0;
	int err;

	*dst = NULL;
	for (i = 0; i < list->count; i++)
		shown += list->v[i].copy != RESOURCE_BCC;
	if (!shown)
		return 0;

	mb = mbuf_alloc(512);
	if (!mb)
		return ENOMEM;
	err = mbuf_printf(mb,
			  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
			  "<resource-lists xmlns=\"%s\" xmlns:cp=\"%s\">"
			  "<list>\r\n",
			  lists_ns, copy_ns);
	for (i = 0; i < list->count; i++) {
		const struct resource *r = &list->v[i];

		if (r->copy != RESOURCE_BCC && !r->anonymize)
			err |= mbuf_printf(mb,
					   "<entry uri=\"%H\""
					   " cp:copyControl=\"%s\"/>\r\n",
					   uri_print, r->uri,
					   copy_name(r->copy));
	}
	err |= anonymous_print(mb, list, RESOURCE_TO);
	err |= anonymous_print(mb, list, RESOURCE_CC);
	err |= mbuf_write_str(mb, "</list></resource-lists>\r\n");
	mb->pos = 0;
	if (!err)
		err = mbuf_strdup(mb, dst, mb->end);
	mem_deref(mb);

	return err;
}
