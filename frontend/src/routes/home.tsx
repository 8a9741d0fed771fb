import { getRouteApi } from '@tanstack/react-router';
import { AddButton } from '../features/cart/add-button';
import { Board } from '../features/catalogue/board';

const route = getRouteApi('/');

export const Home = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Board
      search={search}
      onSearch={(next, replace = false) => void navigate({ search: next, replace, resetScroll: false })}
      renderAction={(product) => <AddButton product={product} />}
    />
  );
};
