#include "import/openapi.h"

#include <string.h>

#include "../unit.h"
#include "import/openapi_schema.h"
#include "spec/doc.h"

static const char document[] =
	"openapi: 3.0.3\n"
	"servers: [{url: 'https://{region}.example.com/v2/', variables: {region: {default: eu}}}]\n"
	"security: [{key: []}]\n"
	"paths:\n"
	"  /pets:\n"
	"    get:\n"
	"      operationId: listPets\n"
	"      summary: All pets\n"
	"      parameters:\n"
	"        - {name: status, in: query, required: true, schema: {type: string, enum: [new, "
	"old]}}\n"
	"        - {name: limit, in: query, schema: {type: integer}}\n"
	"        - $ref: '#/components/parameters/Tenant'\n"
	"      responses:\n"
	"        '200':\n"
	"          headers: {Link: {schema: {type: string}}}\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                properties:\n"
	"                  total: {type: integer}\n"
	"                  items: {type: array, items: {$ref: '#/components/schemas/Pet'}}\n"
	"  /pets/{petId}/toys/{n}:\n"
	"    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]\n"
	"    get:\n"
	"      security: []\n"
	"      servers: [{url: /api}]\n"
	"      parameters: [{name: n, in: path, schema: {type: integer, minimum: 1, maximum: 5}}]\n"
	"      responses: {default: {content: {application/hal+json: {schema: {$ref: "
	"'#/components/schemas/Loop'}}}}}\n"
	"  /orders: {post: {}}\n"
	"components:\n"
	"  parameters:\n"
	"    Tenant: {name: X-Tenant, in: header, required: true, example: acme, schema: {type: "
	"string}}\n"
	"  securitySchemes:\n"
	"    key: {type: apiKey, in: header, name: X-Key}\n"
	"  schemas:\n"
	"    Loop: {$ref: '#/components/schemas/Loop'}\n"
	"    Named: {type: object, properties: {name: {type: string}}}\n"
	"    Pet:\n"
	"      allOf:\n"
	"        - $ref: '#/components/schemas/Named'\n"
	"        - type: object\n"
	"          properties:\n"
	"            id: {type: integer}\n"
	"            price: {type: [number, 'null']}\n"
	"            tags: {type: array, items: {type: string}}\n"
	"            owner: {$ref: '#/components/schemas/Named'}\n"
	"            good: {type: boolean}\n";

static struct draft draft;
static struct json *file;
static struct err err;

static struct doc *parse(const char *text)
{
	struct doc *doc;
	struct err why = ERR_INIT;

	ck_assert_msg(doc_parse("api.yaml", DOC_YAML, slice_of(text), &doc, &why) == 0, "%s",
		      why.text);
	return doc;
}

static int import(const char *text, const char *path)
{
	struct doc *doc = parse(text);
	int r;

	draft_done(&draft);
	json_unref(file);
	file = NULL;
	draft_init(&draft);
	r = openapi_import(doc_root(doc), path, &draft, &err);
	doc_free(doc);
	if (r == 0) {
		file = draft_finish(&draft, &err);
		ck_assert_msg(file != NULL, "%s: %s", path, err.text);
	}
	return r;
}

static const char *at(const char *pointer)
{
	static char *text;

	free(text);
	text = json_text(json_find(json_first(json_get(file, "jobs")).value, pointer), false);
	return text;
}

static bool noted(const char *part)
{
	for (size_t i = 0; i < json_len(draft.notes); i++)
		if (strstr(json_str(json_at(draft.notes, i)), part))
			return true;
	return false;
}

START_TEST(an_operation_becomes_a_job)
{
	ck_assert_int_eq(import(document, "/pets"), 0);
	ck_assert_str_eq(draft.name, "listPets");
	ck_assert_str_eq(at("/description"), "\"All pets\"");
	ck_assert_str_eq(at("/request"), "{\"url\":\"https://eu.example.com/v2/pets\","
					 "\"query\":{\"status\":\"${status}\"},"
					 "\"headers\":{\"X-Tenant\":\"${X-Tenant}\"}}");
	ck_assert_str_eq(at("/params"), "{\"status\":[\"new\",\"old\"],\"X-Tenant\":[\"acme\"]}");
	ck_assert_str_eq(at("/auth/api_key/header"), "\"X-Key\"");
	ck_assert_str_eq(at("/pages"), "{\"by\":\"link\"}");
	ck_assert(noted("possible: limit"));
	ck_assert(noted("was not copied"));
}
END_TEST

START_TEST(the_schema_says_where_the_records_are_and_what_they_hold)
{
	ck_assert_int_eq(import(document, "/pets"), 0);
	ck_assert_str_eq(at("/records"), "\"/items\"");
	ck_assert_str_eq(
		at("/columns"),
		"[{\"name\":\"name\",\"type\":\"text\"},{\"name\":\"id\",\"type\":\"int\"},"
		"{\"name\":\"price\",\"type\":\"number\"},{\"name\":\"tags\",\"type\":\"json\"},"
		"{\"name\":\"owner.name\",\"from\":\"/owner/name\",\"type\":\"text\"},"
		"{\"name\":\"good\",\"type\":\"bool\"}]");
}
END_TEST

START_TEST(parameters_of_the_path_and_references_that_lead_nowhere)
{
	ck_assert_int_eq(import(document, "/pets/{petId}/toys/{n}"), 0);
	ck_assert_str_eq(at("/request/url"),
			 "\"https://example.invalid/api/pets/${petId}/toys/${n}\"");
	ck_assert_str_eq(at("/params"), "{\"petId\":[1],\"n\":{\"range\":[1,5]}}");
	ck_assert_str_eq(at("/auth"), "null");
	ck_assert_str_eq(at("/columns"), "null");
	ck_assert(noted("values of the parameter petId"));
	ck_assert(noted("example.invalid"));
}
END_TEST

START_TEST(what_is_not_there_is_said_with_what_is)
{
	ck_assert_int_lt(import(document, "/pet"), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "did you mean /pets?"));
	ck_assert_int_lt(import(document, "/orders"), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "has no GET"));
	ck_assert_int_lt(import("swagger: '2.0'", "/pets"), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "not an OpenAPI 3 document"));
	ck_assert_int_lt(import("[1]", "/pets"), 0);
}
END_TEST

START_TEST(the_paths_that_can_be_fetched_are_listed)
{
	struct doc *doc = parse(document);
	struct json *paths = openapi_paths(doc_root(doc));
	char *text = json_text(paths, false);

	ck_assert_str_eq(text, "[\"/pets\",\"/pets/{petId}/toys/{n}\"]");
	free(text);
	json_unref(paths);
	doc_free(doc);
}
END_TEST

START_TEST(a_schema_that_leaves_its_columns_open_gives_none)
{
	struct doc *doc = parse("{oneOf: [{type: object}], properties: {a: {type: string}}}");

	ck_assert_ptr_null(openapi_columns(doc_root(doc), doc_root(doc)));
	doc_free(doc);
	draft_done(&draft);
	json_unref(file);
	file = NULL;
}
END_TEST

UNIT_MAIN("openapi", an_operation_becomes_a_job,
	  the_schema_says_where_the_records_are_and_what_they_hold,
	  parameters_of_the_path_and_references_that_lead_nowhere,
	  what_is_not_there_is_said_with_what_is, the_paths_that_can_be_fetched_are_listed,
	  a_schema_that_leaves_its_columns_open_gives_none)
