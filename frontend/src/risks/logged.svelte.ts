/** The risk logged last from this page: the register pins it where its view would hide it. */
export const logged = $state({ code: '' });
