#include <git2.h>

/* git_libgit2_opts is variadic, which Swift cannot call. */

/* The host proves every object by its id, so proving it here too is time lost. */
static inline int leapfrog_libgit2_skip_hash_verification(void) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
}

/* The mirrors are this program's own. */
static inline int leapfrog_libgit2_skip_owner_validation(void) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

/* Nothing but the mirror's own configuration is read. */
static inline int leapfrog_libgit2_clear_search_path(git_config_level_t level) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)level, "");
}

/* A pack is looked at through windows of so many bytes, of which so many are mapped at once. */
static inline void leapfrog_libgit2_limit_windows(size_t window, size_t mapped) {
  (void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window);
  (void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, mapped);
}
