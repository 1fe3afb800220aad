// The table of patients. What people typed comes as text and stays text; sorting and pages are the server's.
//
// `data`: columns of {key, label, number, sortable}, rows of {id, archived, cells} and sort of {key, descending}.
// Tells "open", a row's id, and "sort", a column's key.

export default function patients({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table");
  const tell = { open: (id) => setTriggerValue("open", id), sort: (key) => setTriggerValue("sort", key) };
  table.tHead.replaceChildren(headings(data, tell.sort));
  table.tBodies[0].replaceChildren(...data.rows.map((row) => rowOf(row, data.columns, tell.open)));
}

function headings({ columns, sort }, onSort) {
  const line = document.createElement("tr");
  for (const column of columns) {
    const cell = line.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.classList.toggle("number", column.number);
    cell.append(column.sortable ? sortButton(column, sort, onSort) : column.label);
    if (column.key === sort.key) cell.ariaSort = sort.descending ? "descending" : "ascending";
  }
  return line;
}

function sortButton(column, sort, onSort) {
  const button = document.createElement("button");
  const arrow = document.createElement("span");
  arrow.ariaHidden = "true";
  arrow.textContent = column.key !== sort.key ? "" : sort.descending ? "▼" : "▲";
  button.append(column.label, arrow);
  button.onclick = () => onSort(column.key);
  return button;
}

function rowOf(row, columns, onOpen) {
  const line = document.createElement("tr");
  line.classList.toggle("archived", row.archived);
  row.cells.forEach((text, index) => {
    const cell = line.appendChild(document.createElement("td"));
    const { key, number } = columns[index];
    cell.className = number ? `${key} number` : key;
    cell.append(index === 0 ? linkTo(row, text) : text);
  });
  line.onclick = (event) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // the link opens another tab by itself
    if (elsewhere || getSelection().toString()) return;
    event.preventDefault();
    onOpen(row.id);
  };
  return line;
}

function linkTo(row, text) {
  const link = document.createElement("a");
  link.href = `?patient=${encodeURIComponent(row.id)}`;
  link.textContent = text;
  link.title = text;
  return link;
}
