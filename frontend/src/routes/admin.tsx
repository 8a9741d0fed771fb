import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { type AdminSearch, readAdminSearch } from '../features/admin/admin-search';
import { BackOffice } from '../features/admin/back-office';
import { MembersOnly } from './members-only';

const route = getRouteApi('/admin');

export const AdminPage = () => {
  const search = readAdminSearch({ ...route.useSearch() });
  const navigate = route.useNavigate();
  const onSearch = useCallback(
    (next: AdminSearch, replace: boolean) => void navigate({ search: next, replace, resetScroll: false }),
    [navigate],
  );
  return (
    <MembersOnly title="Back office" role="admin">
      {() => <BackOffice search={search} onSearch={onSearch} />}
    </MembersOnly>
  );
};
