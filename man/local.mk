# Manual pages, mdoc(7). Their tables are printed by tools/docgen; `make update-man` puts them in.
man_pages = man/fetchd.8 man/fetchd-protocol.7
dist_man_MANS += $(man_pages)

update-man: tools/docgen
	@for page in $(man_pages); do \
	  "$(srcdir)/tools/fill-man" tools/docgen "$(srcdir)/$$page" > page.tmp && \
	  { cmp -s page.tmp "$(srcdir)/$$page" || cp page.tmp "$(srcdir)/$$page"; } || exit 1; \
	  rm -f page.tmp; \
	done

.PHONY: update-man
