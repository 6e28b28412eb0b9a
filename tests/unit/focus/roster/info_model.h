/**
 * @file info_model.h  A subscriber to the conference package (RFC 4575)
 *
 * Validates documents against tests/schema and keeps the state as a terminal
 * does: full documents replace, partial ones merge. For the unit test and the
 * fuzz target.
 */
#ifndef PARLEY_TESTS_INFO_MODEL_H
#define PARLEY_TESTS_INFO_MODEL_H

#include <stdio.h>
#include <string.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>
#include "focus/roster/conference_info.h"

/** The schema, read once; tests run in the top folder of the sources */
static inline xmlSchemaPtr info_schema(void)
{
	static xmlSchemaPtr schema;
	xmlSchemaParserCtxtPtr ctx;

	if (schema)
		return schema;
	ctx = xmlSchemaNewParserCtxt("tests/schema/conference-info.xsd");
	schema = xmlSchemaParse(ctx);
	xmlSchemaFreeParserCtxt(ctx);

	return schema;
}

/** A document that is well-formed and valid, NULL if not */
static inline xmlDocPtr info_parse(const struct mbuf *mb)
{
	xmlDocPtr doc = xmlReadMemory((const char *)mb->buf, (int)mb->end,
				      "doc", NULL, XML_PARSE_NONET);
	xmlSchemaValidCtxtPtr ctx;

	if (!doc || !info_schema())
		return NULL;
	ctx = xmlSchemaNewValidCtxt(info_schema());
	if (xmlSchemaValidateDoc(ctx, doc)) {
		fprintf(stderr, "invalid: %.*s\n", (int)mb->end,
			(const char *)mb->buf);
		xmlFreeDoc(doc);
		doc = NULL;
	}
	xmlSchemaFreeValidCtxt(ctx);

	return doc;
}

static inline bool info_is(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE &&
	       !strcmp((const char *)n->name, name);
}

/** An attribute's value; only for short ones, kept until the next call but 3
 */
static inline const char *info_attr(xmlNode *n, const char *name)
{
	static char ring[4][1024];
	static unsigned next;
	xmlChar *v = xmlGetProp(n, (const xmlChar *)name);
	char *dst = ring[next++ % 4];

	(void)snprintf(dst, sizeof(ring[0]), "%s", v ? (const char *)v : "");
	xmlFree(v);

	return dst;
}

static inline json_t *info_text(xmlNode *n)
{
	xmlBufferPtr buf = xmlBufferCreate();
	json_t *s;

	(void)xmlNodeDump(buf, n->doc, n, 0, 0);
	s = json_string((const char *)xmlBufferContent(buf));
	xmlBufferFree(buf);

	return s;
}

/** {"words":[..], "activity":..} merged or replaced */
static inline void info_endpoint(json_t *endpoints, xmlNode *n)
{
	const char *entity = info_attr(n, "entity");
	const char *state = info_attr(n, "state");
	json_t *o;

	if (!strcmp(state, "deleted")) {
		(void)json_object_del(endpoints, entity);
		return;
	}
	if (!strcmp(state, "full"))
		(void)json_object_set_new(endpoints, entity,
					  json_pack("{s:[]}", "words"));
	o = json_object_get(endpoints, entity);
	for (xmlNode *c = n->children; o && c; c = c->next) {
		if (info_is(c, "activity"))
			(void)json_object_set_new(o, "activity", info_text(c));
		else
			(void)json_array_append_new(
				json_object_get(o, "words"), info_text(c));
	}
}

static inline void info_user(json_t *users, xmlNode *n)
{
	const char *entity = info_attr(n, "entity");
	const char *state = info_attr(n, "state");
	json_t *o;

	if (!strcmp(state, "deleted")) {
		(void)json_object_del(users, entity);
		return;
	}
	if (!strcmp(state, "full"))
		(void)json_object_set_new(
			users, entity,
			json_pack("{s:[], s:{}}", "words", "endpoints"));
	o = json_object_get(users, entity);
	for (xmlNode *c = n->children; o && c; c = c->next) {
		if (info_is(c, "endpoint"))
			info_endpoint(json_object_get(o, "endpoints"), c);
		else
			(void)json_array_append_new(
				json_object_get(o, "words"), info_text(c));
	}
}

/** Take a document in: {"version", "state":.., "conference":.., "users":{}}
 *  @return false: invalid, or a version was left out */
static inline bool info_apply(json_t *model, const struct mbuf *mb)
{
	xmlDocPtr doc = info_parse(mb);
	xmlNode *root;
	json_int_t version;
	bool full;

	if (!doc)
		return false;
	root = xmlDocGetRootElement(doc);
	full = !strcmp(info_attr(root, "state"), "full");
	version = atoll(info_attr(root, "version"));
	if (version !=
	    json_integer_value(json_object_get(model, "version")) + 1) {
		xmlFreeDoc(doc);
		return false;
	}
	if (full)
		(void)json_object_clear(model);
	(void)json_object_set_new(model, "version", json_integer(version));
	(void)json_object_set_new(model, "state",
				  json_string(info_attr(root, "state")));
	if (!json_object_get(model, "users"))
		(void)json_object_set_new(model, "users", json_object());
	for (xmlNode *c = root->children; c; c = c->next) {
		if (info_is(c, "conference-state"))
			(void)json_object_set_new(model, "conference",
						  info_text(c));
		for (xmlNode *u = info_is(c, "users") ? c->children : NULL; u;
		     u = u->next)
			info_user(json_object_get(model, "users"), u);
	}
	xmlFreeDoc(doc);

	return true;
}

/** Do two subscribers see the same conference? */
static inline bool info_same(const json_t *a, const json_t *b)
{
	return json_equal(json_object_get(a, "users"),
			  json_object_get(b, "users")) &&
	       json_equal(json_object_get(a, "conference"),
			  json_object_get(b, "conference"));
}

#endif
