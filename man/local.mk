# Manual pages, mdoc(7). Their tables are printed by tools/docgen; `make man-tables` puts them in.
man_pages = man/fetchctl.1 man/fetchd.yaml.5 man/fetchd-jobs.5 man/fetchd-protocol.7 man/fetchd.8
dist_man_MANS += $(man_pages)

man-tables: tools/docgen
	@for page in $(man_pages); do \
	  "$(srcdir)/tools/fill-man" tools/docgen "$(srcdir)/$$page" > page.tmp && \
	  { cmp -s page.tmp "$(srcdir)/$$page" || cp page.tmp "$(srcdir)/$$page"; } || exit 1; \
	  rm -f page.tmp; \
	done

.PHONY: man-tables
