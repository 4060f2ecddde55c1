/** The risk logged last from this page: the register pins it where its view would hide it. */
export const logged = $state({ code: '' });
/** The view of the register that was seen last: what leads back to it leads back to that. */
export const seen = { register: '' };
