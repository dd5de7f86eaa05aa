/** What shows while the first code and the first answer are on their way. */
export const BootScreen = () => (
  <div className="boot" aria-busy="true">
    <div className="boot-mark" />
  </div>
);
