import { getRouteApi } from '@tanstack/react-router';
import { AddButton } from '../features/cart/add-button';
import { Board } from '../features/catalogue/board';
import { readCatalogueSearch } from '../features/catalogue/catalogue-search';

const route = getRouteApi('/');

export const Home = () => {
  // Validate again: the router passes on parameters that the validation removed.
  const search = readCatalogueSearch({ ...route.useSearch() });
  const navigate = route.useNavigate();
  return (
    <Board
      search={search}
      onSearch={(next, replace = false) => void navigate({ search: next, replace, resetScroll: false })}
      renderAction={(product) => <AddButton product={product} />}
    />
  );
};
