# Configuration: installed once and then the administrator's. What is there is never replaced; what
# was never changed is removed with the program.
etc_files = fetchd.yaml jobs.d/inventory.yaml
EXTRA_DIST += $(addprefix etc/,$(etc_files))

install-etc:
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)/fetchd/jobs.d"
	@for f in $(etc_files); do \
	  to="$(DESTDIR)$(sysconfdir)/fetchd/$$f"; \
	  if test -e "$$to"; then echo "keeping $$to"; \
	  else $(INSTALL) -m 0644 "$(srcdir)/etc/$$f" "$$to"; fi || exit 1; \
	done

uninstall-etc:
	@for f in $(etc_files); do \
	  to="$(DESTDIR)$(sysconfdir)/fetchd/$$f"; \
	  if cmp -s "$(srcdir)/etc/$$f" "$$to"; then rm -f "$$to"; fi; \
	done

.PHONY: install-etc uninstall-etc
