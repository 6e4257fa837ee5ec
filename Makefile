# The commands of this repository. The work is done by the scripts in tools/, which say more.

.PHONY: help run test bench soak profile chaos fuzz lint test-swift sanitize test-operations test-allocations test-browser build install uninstall tracker docs clean

docs: build ## docs/configuration.md from the code
	@.build/release/footfall config-reference > docs/configuration.md

clean: ## what the build made; data in .run stay
	@rm -rf .build
