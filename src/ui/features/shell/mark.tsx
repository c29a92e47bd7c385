/** The studio's logo: the sound hole of a violin. */
export function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#28634a" />
      <path
        d="M20.6 7.4a2.1 2.1 0 1 0-3.4 1.7c-1.9 1.3-2.6 3.3-2.3 5.6l.6 3.6c.3 2-.2 3.9-1.6 5.2a2.1 2.1 0 1 1-2.5 1.1"
        fill="none"
        stroke="#f4efe6"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <path d="M12.2 15.6l7.2-1" stroke="#f4efe6" strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}
